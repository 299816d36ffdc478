"""Opens a faulty model in sft-lsp-server as an editor does; prints what the
editor would underline."""
import json
import subprocess

MODEL = """sft.model @m(%x: tensor<8x4xf32>) {
  %y = sft.exp %z : tensor<8x4xf32>
  sft.yield outputs {"y" = %y : tensor<8x4xf32>}
}
"""


def framed(message):
    text = json.dumps({"jsonrpc": "2.0", **message})
    return f"Content-Length: {len(text)}\r\n\r\n{text}".encode()


def messages(stream):
    while stream:
        head, _, rest = stream.partition(b"\r\n\r\n")
        size = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
        yield json.loads(rest[:size])
        stream = rest[size:]


def main():
    document = {"uri": "file:///m.mlir", "languageId": "mlir", "version": 1,
                "text": MODEL}
    requests = [
        {"id": 0, "method": "initialize",
         "params": {"processId": None, "rootUri": None, "capabilities": {}}},
        {"method": "initialized", "params": {}},
        {"method": "textDocument/didOpen",
         "params": {"textDocument": document}},
        {"id": 1, "method": "shutdown"},
        {"method": "exit"}]
    done = subprocess.run(["sft-lsp-server"], capture_output=True, timeout=60,
                          input=b"".join(map(framed, requests)), check=True)
    for message in messages(done.stdout):
        if message.get("id") == 0:
            print("server:", message["result"]["serverInfo"]["name"])
        if message.get("method") == "textDocument/publishDiagnostics":
            for found in message["params"]["diagnostics"]:
                print(f"line {found['range']['start']['line']}: "
                      f"{found['message']}")


if __name__ == "__main__":
    main()
