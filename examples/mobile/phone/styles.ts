import { StyleSheet, useColorScheme } from 'react-native';

const light = {
  ground: '#f4f5f7',
  card: '#ffffff',
  line: '#d5d9e0',
  text: '#1b2330',
  soft: '#545f70',
  accent: '#1f5fbf',
  onAccent: '#ffffff',
  alarm: '#a3211f',
};
const dark: typeof light = {
  ground: '#11151b',
  card: '#1b212a',
  line: '#343d4a',
  text: '#edf0f4',
  soft: '#aab4c2',
  accent: '#8ab4f8',
  onAccent: '#0b1220',
  alarm: '#ff9b95',
};

const make = (color: typeof light) =>
  StyleSheet.create({
    screen: { flex: 1, backgroundColor: color.ground },
    page: { width: '100%', maxWidth: 560, alignSelf: 'center', padding: 20, gap: 16 },
    bar: { flexDirection: 'row', alignItems: 'center', justifyContent: 'space-between', gap: 12 },
    brand: { color: color.soft, fontSize: 15, fontWeight: '600' },
    title: { color: color.text, fontSize: 26, fontWeight: '700' },
    text: { color: color.text, fontSize: 16, lineHeight: 23 },
    soft: { color: color.soft, fontSize: 14, lineHeight: 20 },
    alarm: { color: color.alarm, fontSize: 15, lineHeight: 21 },
    card: {
      backgroundColor: color.card,
      borderColor: color.line,
      borderWidth: 1,
      borderRadius: 12,
      padding: 16,
      gap: 4,
    },
    choices: { gap: 10 },
    choice: { flexDirection: 'row', alignItems: 'center', gap: 10, minHeight: 44 },
    dot: {
      width: 20,
      height: 20,
      borderRadius: 10,
      borderWidth: 2,
      borderColor: color.accent,
      backgroundColor: 'transparent',
    },
    dotChosen: { backgroundColor: color.accent },
    button: {
      minHeight: 48,
      paddingHorizontal: 18,
      borderRadius: 10,
      borderWidth: 1,
      borderColor: color.accent,
      alignItems: 'center',
      justifyContent: 'center',
    },
    buttonText: { color: color.accent, fontSize: 16, fontWeight: '600' },
    primary: { backgroundColor: color.accent },
    primaryText: { color: color.onAccent },
    name: { color: color.text, fontSize: 17, fontWeight: '600' },
  });

const sheets = { light: make(light), dark: make(dark) };

export type Styles = ReturnType<typeof make>;

/** The style sheet of the phone's colour scheme. */
export function useStyles(): Styles {
  return useColorScheme() === 'dark' ? sheets.dark : sheets.light;
}
