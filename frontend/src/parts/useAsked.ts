import { useEffect, useState } from "react";
import { useLocation, useNavigate } from "react-router";

/** Whether a dialog of the screen is open. Another screen opens it by { [name]: true } as the state of its link. */
export function useAsked(name: string) {
  const { state, pathname, search } = useLocation();
  const asked: boolean = state?.[name] === true;
  const [open, setOpen] = useState(asked);
  const navigate = useNavigate();
  useEffect(() => {
    if (!asked) return;
    setOpen(true);
    // Going back to this entry does not open the dialog again.
    void navigate({ pathname, search }, { replace: true, state: null });
  }, [asked, pathname, search, navigate]);
  return [open, setOpen] as const;
}
