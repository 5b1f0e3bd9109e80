/** Short messages at the edge of the page. */
import { notifications } from '@mantine/notifications';

export const toast = {
  good: (message: string): void => {
    notifications.show({ message, withBorder: false });
  },
  bad: (message: string): void => {
    notifications.show({ message, autoClose: 10_000, ...{ 'data-tone': 'bad' } });
  },
};
