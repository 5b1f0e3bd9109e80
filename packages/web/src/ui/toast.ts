/** Short messages at the edge of the page. */
import { notifications } from '@mantine/notifications';
import i18next from 'i18next';

const closeButton = () => ({ closeButtonProps: { 'aria-label': i18next.t('close') } });

export const toast = {
  good: (message: string): void => {
    notifications.show({ message, ...closeButton() });
  },
  bad: (message: string): void => {
    notifications.show({ message, autoClose: 10_000, ...closeButton(), ...{ 'data-tone': 'bad' } });
  },
};
