import { FIGURES } from './script/figures.js';
import { FORMAT } from './script/format.js';
import { LOG } from './script/log.js';
import { MAIN } from './script/main.js';
import { PLOT } from './script/plot.js';
import { TRIAL } from './script/trial.js';

/** All of the page's script: one module, whose parts see each other. It puts text into the page, and never markup. */
export const SCRIPT: string = [FORMAT, PLOT, LOG, TRIAL, FIGURES, MAIN].join('');
