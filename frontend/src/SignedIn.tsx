import { HashRouter } from "react-router";
import { TimeZone } from "./parts/timeZone";
import { rail, Screens } from "./routes";
import { useSession } from "./session/session";
import { Shell } from "./shell/Shell";

/** The frame around the screen of the current path. */
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
