/** The part of React Native that the app uses. In an Expo project its own types are there instead. */
declare module 'react-native' {
  import type { ComponentType, ReactNode } from 'react';

  type Style = Readonly<Record<string, string | number>>;
  type StyleProp = Style | false | undefined | readonly StyleProp[];
  interface ViewProps {
    readonly children?: ReactNode;
    readonly style?: StyleProp;
    readonly role?: string;
    readonly 'aria-label'?: string;
    readonly 'aria-level'?: number;
    readonly 'aria-checked'?: boolean;
    readonly 'aria-disabled'?: boolean;
  }
  export const View: ComponentType<ViewProps>;
  export const Text: ComponentType<ViewProps>;
  export const ScrollView: ComponentType<ViewProps>;
  export const SafeAreaView: ComponentType<ViewProps>;
  export const Pressable: ComponentType<ViewProps & { readonly onPress?: () => void; readonly disabled?: boolean }>;
  export const StyleSheet: { create<T extends Readonly<Record<string, Style>>>(styles: T): T };
  export function useColorScheme(): 'light' | 'dark' | null;
  /** react-native-web's. */
  export const AppRegistry: {
    registerComponent(name: string, component: () => ComponentType): void;
    runApplication(name: string, options: { readonly rootTag: HTMLElement | null }): void;
  };
}
declare module 'expo' {
  export function registerRootComponent(component: import('react').ComponentType): void;
}
declare module 'expo-crypto' {
  export function getRandomValues(bytes: Uint8Array<ArrayBuffer>): unknown;
  export function digest(algorithm: string, data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>;
}
declare module 'expo-secure-store' {
  export function getItemAsync(key: string): Promise<string | null>;
  export function setItemAsync(key: string, value: string): Promise<void>;
  export function deleteItemAsync(key: string): Promise<void>;
}
declare module 'expo-web-browser' {
  export function openAuthSessionAsync(
    url: string,
    redirectUrl?: string | null,
  ): Promise<{ readonly type: string; readonly url?: string }>;
  export function dismissAuthSession(): void;
}
