using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace RobustnessGate.Tests.Publishing;

/// <summary>A local server that answers as GitHub does: it pages, refuses, limits, fails, and holds other people's comments.</summary>
internal sealed class FakeGitHub : IDisposable
{
    private readonly HttpListener _listener;
    private readonly List<(long Id, string Login, string Body)> _comments = [];
    private readonly Queue<(int Status, string? Header, string? Value)> _answers = new();

    public FakeGitHub()
    {
        (_listener, Address) = Listen();
        new Thread(Serve) { IsBackground = true }.Start();
    }

    public Uri Address { get; }

    public List<string> Requests { get; } = [];

    public IReadOnlyList<(long Id, string Login, string Body)> Comments => _comments;

    /// <summary>Who the token belongs to; null for a workflow's token, which may not ask.</summary>
    public string? Login { get; set; }

    public int PageSize { get; set; } = 100;

    /// <summary>Whether the next update finds its comment deleted.</summary>
    public bool DeletesBeforeUpdate { get; set; }

    /// <summary>Whether comments may be written.</summary>
    public bool Refuses { get; set; }

    /// <summary>Answers the first new comment with this status.</summary>
    public int? FailsToPost { get; set; }

    /// <summary>Where the link to the next page leads, instead of here.</summary>
    public string? ForeignNext { get; set; }

    /// <summary>Open pull requests: number, head owner, head branch, head commit.</summary>
    public List<(int Number, string Owner, string Branch, string Sha)> Pulls { get; } = [];

    public void Add(string login, string body) => _comments.Add((_comments.Count + 1, login, body));

    /// <summary>Answers the next request so, before it is looked at.</summary>
    public void AnswerFirst(int status, string? header = null, string? value = null) => _answers.Enqueue((status, header, value));

    public void Dispose() => _listener.Close();

    /// <summary>A free port: whoever asks for port 0 is given one, and keeps it free for a moment.</summary>
    private static (HttpListener Listener, Uri Address) Listen()
    {
        for (var attempt = 0; ; attempt++)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/api/v3/"));
            probe.Stop();
            var listener = new HttpListener();
            listener.Prefixes.Add(address.AbsoluteUri);
            try
            {
                listener.Start();
                return (listener, address);
            }
            catch (HttpListenerException) when (attempt < 20)
            {
                // Somebody else was quicker.
            }
        }
    }

    private void Serve()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = _listener.GetContext();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }

            using var response = context.Response;
            Answer(context.Request, response);
        }
    }

    private void Answer(HttpListenerRequest request, HttpListenerResponse response)
    {
        var path = request.Url!.AbsolutePath["/api/v3/".Length..];
        Requests.Add($"{request.HttpMethod} {path}");
        // Read whole in any case, and on a connection of its own: an answer before that would tear the connection.
        var body = Body(request);
        response.KeepAlive = false;
        if (_answers.TryDequeue(out var answer))
        {
            response.StatusCode = answer.Status;
            if (answer.Header is not null)
            {
                response.Headers[answer.Header] = answer.Value;
            }

            Write(response, new { message = "not now" });
        }
        else if (request.Headers["Authorization"] != "Bearer secret")
        {
            response.StatusCode = 401;
            Write(response, new { message = "Bad credentials" });
        }
        else if (path == "user")
        {
            response.StatusCode = Login is null ? 403 : 200;
            Write(response, Login is null ? new { message = "Resource not accessible by integration" } : new { login = Login });
        }
        else if (path == "repos/o/r/pulls")
        {
            var head = request.QueryString["head"];
            Write(response, Pulls.Where(pull => $"{pull.Owner}:{pull.Branch}" == head).Select(pull => new { number = pull.Number, head = new { sha = pull.Sha } }));
        }
        else if (request.HttpMethod == "GET" && path == "repos/o/r/issues/7/comments")
        {
            ListComments(request, response);
        }
        else if (Refuses)
        {
            response.StatusCode = 403;
            Write(response, new { message = "Resource not accessible by integration" });
        }
        else if (request.HttpMethod == "POST" && FailsToPost is { } status)
        {
            FailsToPost = null;
            response.StatusCode = status;
            Write(response, new { message = "not now" });
        }
        else if (request.HttpMethod == "POST" && path == "repos/o/r/issues/7/comments")
        {
            Add(Login ?? "github-actions[bot]", body!);
            response.StatusCode = 201;
            Write(response, new { id = _comments.Count });
        }
        else if (request.HttpMethod == "PATCH" && path.StartsWith("repos/o/r/issues/comments/", StringComparison.Ordinal) && !DeletesBeforeUpdate)
        {
            var id = long.Parse(path["repos/o/r/issues/comments/".Length..], CultureInfo.InvariantCulture);
            var index = _comments.FindIndex(comment => comment.Id == id);
            _comments[index] = _comments[index] with { Body = body! };
            Write(response, new { id });
        }
        else
        {
            response.StatusCode = 404;
            Write(response, new { message = "Not Found" });
        }
    }

    private void ListComments(HttpListenerRequest request, HttpListenerResponse response)
    {
        var page = int.Parse(request.QueryString["page"] ?? "1", CultureInfo.InvariantCulture);
        if (page * PageSize < _comments.Count)
        {
            response.Headers["Link"] = $"<{ForeignNext ?? $"{Address}repos/o/r/issues/7/comments?per_page=100&page={page + 1}"}>; rel=\"next\"";
        }

        Write(response, _comments.Skip((page - 1) * PageSize).Take(PageSize)
            .Select(comment => new { id = comment.Id, body = comment.Body, user = new { login = comment.Login } }));
    }

    private static string? Body(HttpListenerRequest request)
    {
        if (!request.HasEntityBody)
        {
            return null;
        }

        using var reader = new StreamReader(request.InputStream, Encoding.UTF8);
        using var document = JsonDocument.Parse(reader.ReadToEnd());
        return document.RootElement.GetProperty("body").GetString();
    }

    private static void Write(HttpListenerResponse response, object value) =>
        response.OutputStream.Write(JsonSerializer.SerializeToUtf8Bytes(value));
}
