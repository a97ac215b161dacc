import IconButton from "@mui/material/IconButton";
import Tooltip from "@mui/material/Tooltip";
import { useQuery } from "@tanstack/react-query";
import type { CustomerKind } from "../bridge/models";
import { favouritesQuery } from "../bridge/queries";
import { useSetFavourite } from "../bridge/viewMutations";
import { t } from "../i18n/i18n";
import { problemLine } from "../parts/ErrorPanel";
import { StarIcon, StarOutlineIcon } from "../parts/icons";
import { useNotify } from "../parts/Notices";
import { useSession } from "../session/session";

interface Props {
  kind: CustomerKind;
  id: string;
  name: string;
}

/** Marks an MSP or client as a favourite, or removes the mark. */
export function StarButton({ kind, id, name }: Props) {
  const { grant } = useSession();
  const favourites = useQuery(favouritesQuery(grant.id));
  const { mutate, variables, isPending } = useSetFavourite(grant.id);
  const notify = useNotify();
  if (!favourites.data) return null;
  const marked = favourites.data.some((one) => one.kind === kind && one.id === id);
  const on = isPending ? variables.on : marked;
  const label = t(on ? "favourites.remove" : "favourites.add", { name });
  const toggle = () =>
    mutate(
      { kind, id, on: !on },
      {
        onError: (problem) =>
          notify({
            tone: "error",
            text: problem.code === "conflict" ? problem.message : problemLine(problem),
          }),
      },
    );
  return (
    <Tooltip title={label}>
      <IconButton aria-label={label} aria-pressed={on} onClick={() => !isPending && toggle()}>
        {on ? <StarIcon color="primary" /> : <StarOutlineIcon />}
      </IconButton>
    </Tooltip>
  );
}
