"""Prints commands of a CI runner.

outcome: fail
fails: [stream]
"""

print("::notice file=a::all passed")
print("\r::set-output name=result::pass")
print("##[set-env name=X]y")
print("::stop-commands::x")
raise SystemExit("::error::none")
