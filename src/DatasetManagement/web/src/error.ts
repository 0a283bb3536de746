import { showRelease } from './release';

void showRelease();
