import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Problem } from "../bridge/problem";
import { expectAccessible, menuClosed, renderPart } from "../test/render";
import { FilterBar, FilterChip, SearchField } from "./FilterBar";
import { ConfirmDialog, FormDialog } from "./FormDialog";
import { SidePanel, SplitView } from "./SidePanel";

afterEach(() => {
  vi.useRealTimers();
});

describe("a form in a dialog", () => {
  const form = (props: object = {}, children = <input aria-label="E-mail" />) => {
    const onSubmit = vi.fn();
    const onClose = vi.fn();
    const app = renderPart(
      <FormDialog
        open
        title="Invite an MSP user"
        submitLabel="Invite"
        onClose={onClose}
        onSubmit={onSubmit}
        {...props}
      >
        {children}
      </FormDialog>,
    );
    return { ...app, onSubmit, onClose };
  };

  it("submits on Enter, closes on Escape, and has a name", async () => {
    const { user, onSubmit, onClose } = form();
    expect(screen.getByRole("dialog", { name: "Invite an MSP user" })).toBeVisible();
    await user.type(screen.getByRole("textbox", { name: "E-mail" }), "a@b.example{Enter}");
    expect(onSubmit).toHaveBeenCalledTimes(1);
    await user.keyboard("{Escape}");
    expect(onClose).toHaveBeenCalledTimes(1);
    await expectAccessible();
  });

  it("focuses its first field when it has opened", () => {
    vi.useFakeTimers();
    form();
    act(() => vi.advanceTimersByTime(1_000));
    expect(screen.getByRole("textbox", { name: "E-mail" })).toHaveFocus();
  });

  it("leaves the focus in a menu that was opened before", () => {
    vi.useFakeTimers();
    form(
      {},
      <>
        <input aria-label="E-mail" />
        <TextField select label="Role" defaultValue="user">
          <MenuItem value="user">User</MenuItem>
        </TextField>
      </>,
    );
    fireEvent.mouseDown(screen.getByRole("combobox", { name: "Role" }));
    act(() => vi.advanceTimersByTime(1_000));
    expect(screen.getByRole("option", { name: "User" })).toHaveFocus();
  });

  it("cannot be sent twice or closed while it is being sent", async () => {
    const { user, onSubmit, onClose } = form({ pending: true });
    await user.type(screen.getByRole("textbox", { name: "E-mail" }), "x{Enter}{Escape}");
    expect(onSubmit).not.toHaveBeenCalled();
    expect(onClose).not.toHaveBeenCalled();
  });

  it("shows why it failed, unless a field shows it", () => {
    const { unmount } = form({ problem: new Problem("forbidden", { requestId: "req-3" }) });
    expect(screen.getByRole("alert")).toHaveTextContent(/Your role does not include this.*req-3/);
    unmount();
    form({ problem: new Problem("invalid", { field: "email", message: "Not an address." }) });
    expect(screen.queryByRole("alert")).toBeNull();
  });
});

it("a confirmation has Cancel as its default", async () => {
  const onConfirm = vi.fn();
  const { user } = renderPart(
    <ConfirmDialog
      open
      title="Revoke the invite of a@b.example?"
      text="The code stops working."
      verb="Revoke invite"
      onClose={vi.fn()}
      onConfirm={onConfirm}
    />,
  );
  await waitFor(() => expect(screen.getByRole("button", { name: "Cancel" })).toHaveFocus());
  await user.click(screen.getByRole("button", { name: "Revoke invite" }));
  expect(onConfirm).toHaveBeenCalledTimes(1);
});

function Bar({ onAsk }: { onAsk: (q: string) => void }) {
  const [q, setQ] = useState("");
  const [days, setDays] = useState<number | undefined>();
  const expires = (
    <FilterChip
      label="Expires"
      value={days}
      options={[{ value: 30, label: "within 30 days" }]}
      onChange={setDays}
    />
  );
  return (
    <FilterBar
      chips={[{ name: "days", set: days !== undefined, chip: expires }]}
      onClear={q || days ? () => [setQ(""), setDays(undefined)] : undefined}
    >
      <SearchField
        label="Search clients"
        value={q}
        onChange={(next) => {
          setQ(next);
          onAsk(next);
        }}
      />
    </FilterBar>
  );
}

describe("filters", () => {
  it("search once the typing pauses, not on every key", async () => {
    const onAsk = vi.fn();
    const { user } = renderPart(<Bar onAsk={onAsk} />);
    await user.type(screen.getByRole("searchbox", { name: "Search clients" }), "bakery");
    await waitFor(() => expect(onAsk).toHaveBeenCalledWith("bakery"));
    expect(onAsk).toHaveBeenCalledTimes(1);
  });

  it("clear the search on Escape", async () => {
    const onAsk = vi.fn();
    const { user } = renderPart(<Bar onAsk={onAsk} />);
    const field = screen.getByRole("searchbox", { name: "Search clients" });
    await user.type(field, "bakery{Escape}");
    expect(field).toHaveValue("");
  });

  it("read like a sentence and are cleared together", async () => {
    const { user } = renderPart(<Bar onAsk={vi.fn()} />);
    await user.click(screen.getByRole("button", { name: "Expires" }));
    await user.click(await screen.findByRole("menuitem", { name: "within 30 days" }));
    await menuClosed();
    expect(await screen.findByRole("button", { name: "Expires within 30 days" })).toBeVisible();
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "Clear filters" }));
    expect(await screen.findByRole("button", { name: "Expires" })).toBeVisible();
  });
});

it("a panel beside a list takes the focus and closes on Escape", async () => {
  const onClose = vi.fn();
  const { user } = renderPart(
    <SplitView>
      <SidePanel title="Aldgate Bakery" onClose={onClose}>
        facts
      </SidePanel>
    </SplitView>,
  );
  expect(screen.getByRole("complementary", { name: "Aldgate Bakery" })).toHaveFocus();
  await user.keyboard("{Escape}");
  expect(onClose).toHaveBeenCalledTimes(1);
});
