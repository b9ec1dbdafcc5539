using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace RobustnessGate.Tests.Samples;

/// <summary>An HTTP server on this machine that answers each path as it is told, and counts.</summary>
internal sealed class LocalServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentDictionary<string, Action<HttpListenerResponse>> _answers = new();

    public LocalServer()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Root = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
        }

        _listener.Prefixes.Add(Root.ToString());
        _listener.Start();
        _ = Serve();
    }

    public Uri Root { get; }

    public ConcurrentQueue<string> Requests { get; } = new();

    public Uri Answer(string path, Action<HttpListenerResponse> answer)
    {
        _answers["/" + path] = answer;
        return new Uri(Root, path);
    }

    public Uri Answer(string path, byte[] content) => Answer(path, response => response.OutputStream.Write(content));

    public void Dispose() => _listener.Close();

    private async Task Serve()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                _ = Task.Run(() => Respond(context));
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Respond(HttpListenerContext context)
    {
        Requests.Enqueue(context.Request.Url!.AbsolutePath);
        try
        {
            if (_answers.TryGetValue(context.Request.Url.AbsolutePath, out var answer))
            {
                answer(context.Response);
            }
            else
            {
                context.Response.StatusCode = 404;
            }

            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // The client went away, which some tests want.
            context.Response.Abort();
        }
    }
}
