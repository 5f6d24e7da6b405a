// The drawing with the current place marked.
import { drawings } from './drawing.js';

drawings();
