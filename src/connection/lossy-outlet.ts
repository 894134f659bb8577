import { Outlet } from './outlet.js';

/** An {@link Outlet} that may drop a message: then there is no room until what is on its way has been taken. */
export abstract class LossyOutlet extends Outlet {
  #blocked = false;

  override check(): boolean {
    return this.#blocked ? this.turn(false) : super.check();
  }

  /** A message was dropped as soon as it was sent. */
  protected block(): false {
    if (!this.#blocked) {
      this.#blocked = true;
      this.whenTaken(() => {
        this.#blocked = false;
      });
      this.turn(false);
    }
    return false;
  }
}
