import { HashRouter } from "react-router";
import { rail, Screens } from "./routes";
import { useSession } from "./session/session";
import { Shell } from "./shell/Shell";

/** The frame and, inside it, the screen the path names. */
export default function SignedIn() {
  const session = useSession();
  return (
    <HashRouter>
      <Shell rail={rail(session)}>
        <Screens />
      </Shell>
    </HashRouter>
  );
}
