// A bundle of its own: places for the elements of a diagram that came without them.
export { layoutProcess } from 'bpmn-auto-layout';
