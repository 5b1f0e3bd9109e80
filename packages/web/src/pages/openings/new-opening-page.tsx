export function NewOpeningPage() {
  return null;
}
