"""Prints HTML with a script.

outcome: fail
fails: [stream]
"""

print("</pre></script><script>document.title='pass'</script><img src=x onerror=alert(1)>")
raise SystemExit("<script>alert(1)</script>")
