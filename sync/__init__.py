"""The loop: pull, rescore, decide, plan, push, recover. Does what the pure floors say."""
