import { zodResolver } from "@hookform/resolvers/zod";
import { useEffect } from "react";
import { useForm } from "react-hook-form";
import type { ConnectionTrial } from "../bridge/models";
import type { Problem } from "../bridge/problem";
import { useTestConnection } from "../bridge/productChanges";
import { type ConnectionForm, connectionSchema, fieldOf } from "./connectionForm";

interface Options {
  defaults: ConnectionForm;
  savedURL: string | null;
  needsKey: boolean;
  /** The fields the dialog shows: a problem of another one is told above its buttons. */
  shown: (keyof ConnectionForm)[];
  toTrial: (form: ConnectionForm) => ConnectionTrial;
}

/** A connection's form and its test; what is typed stays whatever the answer is. */
export function useConnectionForm({ defaults, savedURL, needsKey, shown, toTrial }: Options) {
  const form = useForm<ConnectionForm>({
    defaultValues: defaults,
    resolver: zodResolver(connectionSchema({ savedURL, needsKey })),
  });
  const { handleSubmit, setError, subscribe } = form;
  const test = useTestConnection();
  const { reset } = test;
  // What was found of other words is no longer true of these.
  useEffect(() => subscribe({ formState: { values: true }, callback: () => reset() }), [subscribe, reset]);
  const fieldIn = (problem: Problem) => shown.find((field) => field === fieldOf(problem));
  const onError = (problem: Problem) => {
    const field = fieldIn(problem);
    if (field) setError(field, { message: problem.message }, { shouldFocus: true });
  };
  return {
    form,
    test,
    onError,
    /** What is told above the buttons: nothing of what stands at a field. */
    above: (problem: Problem | null) => (problem && !fieldIn(problem) ? problem : null),
    runTest: handleSubmit((values) => test.mutate(toTrial(values), { onError })),
  };
}
