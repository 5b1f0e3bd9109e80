/** Mantine's theme: behaviour from Mantine, looks from `controls.module.css` and `tokens.css`. */
import { createTheme } from '@mantine/core';
import classes from './controls.module.css';

const field = {
  label: classes.label,
  required: classes.required,
  description: classes.description,
  error: classes.error,
  input: classes.input,
};

const inputOrder: ('label' | 'input' | 'description' | 'error')[] = [
  'label',
  'input',
  'description',
  'error',
];

export const theme = createTheme({
  respectReducedMotion: true,
  focusRing: 'never', // base.css draws one ring for everything
  cursorType: 'pointer',
  defaultRadius: 'sm',
  components: {
    Button: {
      defaultProps: { variant: 'default' },
      classNames: { root: classes.button, label: classes.buttonLabel, section: classes.buttonSection },
    },
    TextInput: { defaultProps: { inputWrapperOrder: inputOrder }, classNames: field },
    NumberInput: { defaultProps: { inputWrapperOrder: inputOrder }, classNames: field },
    Textarea: { defaultProps: { inputWrapperOrder: inputOrder }, classNames: field },
    NativeSelect: { defaultProps: { inputWrapperOrder: inputOrder }, classNames: field },
    PasswordInput: {
      defaultProps: { inputWrapperOrder: inputOrder },
      classNames: { ...field, innerInput: classes.innerInput },
    },
    Menu: {
      defaultProps: {
        transitionProps: { duration: 0 },
        withinPortal: false,
        // A focusable stranger among the menu's items: not allowed inside role="menu".
        withInitialFocusPlaceholder: false,
      },
      classNames: { dropdown: classes.menu, item: classes.menuItem, label: classes.menuLabel },
    },
    Notification: {
      classNames: {
        root: classes.notification,
        title: classes.notificationTitle,
        description: classes.notificationText,
        closeButton: classes.notificationClose,
      },
    },
  },
});
