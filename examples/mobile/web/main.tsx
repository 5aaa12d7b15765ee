/** Entry of the web build. */
import { AppRegistry } from 'react-native';
import { App } from '../App.tsx';

AppRegistry.registerComponent('phone', () => App);
AppRegistry.runApplication('phone', { rootTag: document.getElementById('root') });
