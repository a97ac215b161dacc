/**
 * Focuses a field of a dialog or popover that has just opened. It does nothing if the user was faster and has moved the
 * focus into another field or a menu: that would take the keyboard away from it.
 */
export function focusField(field: HTMLElement | null | undefined) {
  const active = document.activeElement;
  if (active && !active.contains(field ?? null)) return;
  field?.focus();
}
