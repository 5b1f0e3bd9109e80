/** What do I owe today? A candidate sees their applications instead. */
import { useMe } from '../../app/me.tsx';
import { ApplicationsView } from './applications-view.tsx';
import { TodayView } from './today-view.tsx';

export function HomePage() {
  const me = useMe();
  return me.role === 'candidate' ? <ApplicationsView /> : <TodayView />;
}
