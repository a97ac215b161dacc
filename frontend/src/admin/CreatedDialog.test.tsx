import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { invite } from "../bridge/fakeRecords";
import type { CreatedInvite } from "../bridge/models";
import { expectAccessible, renderPart } from "../test/render";
import { CreatedDialog } from "./CreatedDialog";

const created: CreatedInvite = {
  ...invite(1, "kim@harbour.example"),
  code: "SYNTHETIC-CODE-1",
  mailed: false,
};

function open(over: Partial<CreatedInvite> = {}) {
  const onClose = vi.fn();
  const onAnother = vi.fn();
  return {
    onClose,
    onAnother,
    ...renderPart(
      <CreatedDialog created={{ ...created, ...over }} onAnother={onAnother} onClose={onClose} />,
    ),
  };
}

const question = () => screen.findByRole("dialog", { name: "Close without copying the code?" });

describe("the code that is shown once", () => {
  it("has the focus on Copy code, so that Enter copies it", async () => {
    const { user, fake, onClose } = open();
    expect(screen.getByRole("button", { name: "Copy code" })).toHaveFocus();
    await user.keyboard("{Enter}");
    await waitFor(() => expect(fake.clipboard).toBe(created.code));
    expect(onClose).not.toHaveBeenCalled();
    await user.keyboard("{Escape}");
    expect(onClose).toHaveBeenCalledOnce();
  });

  it.each(["Escape", "Done"])("is not lost by %s before it is copied", async (by) => {
    const { user, onClose } = open();
    if (by === "Done") await user.click(screen.getByRole("button", { name: "Done" }));
    else await user.keyboard("{Escape}");
    const asked = await question();
    expect(screen.getByRole("button", { name: "Cancel" })).toHaveFocus();
    await expectAccessible(asked);
    await user.keyboard("{Enter}");
    expect(onClose).not.toHaveBeenCalled();
    expect(screen.getByText(created.code)).toBeInTheDocument();
  });

  it("is closed without copying after one question", async () => {
    const { user, onClose } = open();
    await user.keyboard("{Escape}");
    await question();
    await user.click(screen.getByRole("button", { name: "Close without copying" }));
    expect(onClose).toHaveBeenCalledOnce();
  });

  it("asks before another invite, too", async () => {
    const { user, onAnother } = open();
    await user.click(screen.getByRole("button", { name: "Invite another" }));
    await question();
    expect(onAnother).not.toHaveBeenCalled();
    await user.click(screen.getByRole("button", { name: "Close without copying" }));
    expect(onAnother).toHaveBeenCalledOnce();
  });

  it("closes at once where the code was mailed, or copied from the text", async () => {
    const mailed = open({ mailed: true });
    await mailed.user.keyboard("{Escape}");
    expect(mailed.onClose).toHaveBeenCalledOnce();
    mailed.unmount();
    const copied = open();
    fireEvent.copy(screen.getByText(created.code));
    await copied.user.keyboard("{Escape}");
    expect(copied.onClose).toHaveBeenCalledOnce();
  });

  it("still asks where copying failed", async () => {
    const { user, fake } = open();
    fake.copyText = async () => Promise.reject(new Error("no clipboard"));
    await user.keyboard("{Enter}");
    expect(await screen.findByText(/Could not copy/)).toBeVisible();
    await user.keyboard("{Escape}");
    await question();
  });
});
