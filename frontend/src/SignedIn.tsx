import { HashRouter } from "react-router";
import { TimeZone } from "./parts/timeZone";
import { rail, Screens } from "./routes";
import { useSession } from "./session/session";
import { Shell } from "./shell/Shell";

/** The frame and, inside it, the screen the path names. */
export default function SignedIn() {
  const session = useSession();
  return (
    <TimeZone value={session.me.time_zone}>
      <HashRouter>
        <Shell rail={rail(session)}>
          <Screens />
        </Shell>
      </HashRouter>
    </TimeZone>
  );
}
