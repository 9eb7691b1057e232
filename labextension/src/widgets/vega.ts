export { vega } from '../views/vega';
