import { Pressable, Text } from 'react-native';
import { useStyles } from './styles.ts';

interface ButtonProps {
  readonly label: string;
  readonly onPress: () => void;
  readonly primary?: boolean;
  readonly disabled?: boolean;
}

export function Button({ label, onPress, primary = false, disabled = false }: ButtonProps) {
  const styles = useStyles();
  return (
    <Pressable
      role="button"
      aria-disabled={disabled}
      disabled={disabled}
      onPress={onPress}
      style={[styles.button, primary && styles.primary]}
    >
      <Text style={[styles.buttonText, primary && styles.primaryText]}>{label}</Text>
    </Pressable>
  );
}
