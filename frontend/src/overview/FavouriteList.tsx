import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { Link as RouterLink } from "react-router";
import type { Favourite } from "../bridge/models";
import { paths } from "../bridge/paths";
import { favouritesQuery } from "../bridge/queries";
import { t } from "../i18n/i18n";
import { StarIcon } from "../parts/icons";
import { useSession } from "../session/session";

/** How many are listed; all are in the palette. */
const most = 8;

/** The user's favourites as links; nothing where there are none, or while they are not known. */
export function FavouriteList() {
  const { grant } = useSession();
  const favourites = useQuery(favouritesQuery(grant.id)).data ?? [];
  if (favourites.length === 0) return null;
  const more = favourites.length - most;
  return (
    <Box
      component="section"
      aria-labelledby="favourites"
      sx={{ display: "flex", flexWrap: "wrap", alignItems: "center", columnGap: 2, rowGap: 0.5, mb: 1.5 }}
    >
      <Typography
        id="favourites"
        variant="h2"
        sx={{ display: "flex", alignItems: "center", gap: 0.75, fontSize: "0.875rem" }}
      >
        <StarIcon color="primary" fontSize="small" />
        {t("favourites.title")}
      </Typography>
      <Box
        component="ul"
        sx={{ display: "flex", flexWrap: "wrap", columnGap: 2, rowGap: 0.5, listStyle: "none", m: 0, p: 0 }}
      >
        {favourites.slice(0, most).map((one) => (
          <li key={one.id}>
            <Link component={RouterLink} to={pathOf(one)}>
              {one.name}
            </Link>
          </li>
        ))}
        {more > 0 && (
          <Box component="li" sx={{ color: "text.secondary" }}>
            {t("favourites.more", { count: more })}
          </Box>
        )}
      </Box>
    </Box>
  );
}

const pathOf = ({ kind, id }: Favourite) => (kind === "msp" ? paths.msp(id) : paths.client(id));
