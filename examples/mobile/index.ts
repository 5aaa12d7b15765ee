/** Entry of the app on a phone; `web/main.tsx` is that of its web build. */
import { registerRootComponent } from 'expo';
import { App } from './App.tsx';

registerRootComponent(App);
