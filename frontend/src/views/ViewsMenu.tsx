import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useState } from "react";
import type { ViewList } from "../bridge/models";
import { t } from "../i18n/i18n";
import { ChevronDownIcon } from "../parts/icons";
import { DeleteViewDialog } from "./DeleteViewDialog";
import type { ListParameters } from "./parameters";
import { useViews } from "./useViews";
import { ViewDialog } from "./ViewDialog";
import { ViewsList } from "./ViewsList";

interface Props {
  list: ViewList;
  /** The name of the list. */
  title: string;
  known: ListParameters;
}

type Open = "save" | "edit" | "delete" | null;

/** The saved views of a list, in the header of its screen: shows the one in use, and opens, saves and changes them. */
export function ViewsMenu({ list, title, known }: Props) {
  const views = useViews(list, known);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [open, setOpen] = useState<Open>(null);
  const { current } = views;
  return (
    <>
      <Button
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        endIcon={<ChevronDownIcon />}
        onClick={(event) => setAnchor(event.currentTarget)}
        sx={{ maxWidth: 320 }}
      >
        <Box component="span" sx={{ overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>
          {current ? t("views.inUse", { name: current.name }) : t("views.button")}
        </Box>
        {views.changed && (
          <Box
            component="span"
            sx={{ ml: 0.75, flexShrink: 0, fontStyle: "italic", color: "text.secondary" }}
          >
            {`(${t("views.changed")})`}
          </Box>
        )}
      </Button>
      <ViewsList
        label={t("views.label", { list: title })}
        views={views}
        anchor={anchor}
        onClose={() => setAnchor(null)}
        onOpen={setOpen}
      />
      {open === "save" && (
        <ViewDialog
          list={list}
          query={views.query}
          onSaved={(view) => views.name(view.id)}
          onClose={() => setOpen(null)}
        />
      )}
      {open === "edit" && current && (
        <ViewDialog list={list} query={views.query} view={current} onClose={() => setOpen(null)} />
      )}
      {open === "delete" && current && (
        <DeleteViewDialog
          view={current}
          onDeleted={() => views.name(undefined)}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}
