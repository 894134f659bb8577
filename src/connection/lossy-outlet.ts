import { Outlet } from './outlet.js';

/** An {@link Outlet} that may drop a message: then there is no room until what is on its way has been taken. */
export abstract class LossyOutlet extends Outlet {
  #blocked = false;

  override check(): boolean {
    return this.#blocked ? this.turn(false) : super.check();
  }

  protected override checkAgain(): boolean {
    this.#blocked = false;
    return this.check();
  }

  /** A message was dropped as soon as it was sent. */
  protected block(): false {
    this.#blocked = true;
    this.turn(false);
    return false;
  }
}
