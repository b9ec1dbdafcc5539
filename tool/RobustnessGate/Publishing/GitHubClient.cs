using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Publishing;

/// <summary>
/// The few calls of GitHub's REST API that a comment needs. Waits where it is told to slow down, tries again where the
/// server failed, and never follows a link to another host: the token is for one host alone.
/// </summary>
/// <param name="http">Its base address is that of the API, with a slash at the end.</param>
/// <param name="wait">Waits before another try; tests do not.</param>
internal sealed class GitHubClient(HttpClient http, Action<TimeSpan> wait)
{
    private const int Tries = 4;

    /// <summary>More pages than this are not read: a thread of 5,000 comments is no place for one more.</summary>
    private const int MostPages = 50;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    /// <param name="api">Address of the API, e.g. <c>https://api.github.com</c>.</param>
    public static HttpClient Connect(Uri api, string token)
    {
        var address = api.AbsoluteUri.EndsWith('/') ? api : new Uri(api.AbsoluteUri + "/");
        // A redirect could lead the token elsewhere.
        var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("RobustnessGate", ToolVersion.Text));
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/vnd.github+json"));
        http.DefaultRequestHeaders.Add("X-GitHub-Api-Version", "2022-11-28");
        return http;
    }

    /// <summary>The whole of a list, page by page.</summary>
    /// <exception cref="GitHubException">Refused, or not there.</exception>
    public IReadOnlyList<JsonElement> List(string path)
    {
        var items = new List<JsonElement>();
        var next = $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}per_page=100";
        for (var page = 0; next is not null; page++)
        {
            // Half a list would hide our own comment, and each run would write one more.
            if (page == MostPages)
            {
                throw new GitHubException(null, string.Create(CultureInfo.InvariantCulture, $"the list has more than {MostPages} pages"));
            }

            using var response = Send(HttpMethod.Get, next, null);
            var json = Json(response);
            if (json.ValueKind != JsonValueKind.Array)
            {
                throw new GitHubException(response.StatusCode, "the answer is not a list");
            }

            items.AddRange(json.EnumerateArray());
            next = NextPage(response);
        }

        return items;
    }

    /// <exception cref="GitHubException">Refused, or not there.</exception>
    public JsonElement Get(string path)
    {
        using var response = Send(HttpMethod.Get, path, null);
        return Json(response);
    }

    /// <exception cref="GitHubException">Refused, or not there.</exception>
    public void Write(HttpMethod method, string path, object body) => Send(method, path, body).Dispose();

    private HttpResponseMessage Send(HttpMethod method, string path, object? body)
    {
        for (var attempt = 1; ; attempt++)
        {
            HttpResponseMessage response;
            try
            {
                using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
                response = http.Send(request);
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
            {
                // A write that got no answer may have been done; doing it again would make a second comment.
                if (attempt == Tries || method == HttpMethod.Post)
                {
                    throw new GitHubException(null, $"no answer from {http.BaseAddress!.Host}: {exception.Message}");
                }

                wait(Backoff(attempt));
                continue;
            }

            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                if (attempt == Tries || Pause(method, response, attempt) is not { } pause)
                {
                    throw new GitHubException(response.StatusCode, $"{(int)response.StatusCode} {response.ReasonPhrase}: {Message(response)}");
                }

                wait(pause);
            }
        }
    }

    /// <summary>How long to wait before another try; null where another try would end the same way.</summary>
    private static TimeSpan? Pause(HttpMethod method, HttpResponseMessage response, int attempt)
    {
        if ((int)response.StatusCode >= 500)
        {
            // As where there was no answer. Only 503 says that nothing was done.
            return method == HttpMethod.Post && response.StatusCode != HttpStatusCode.ServiceUnavailable ? null : Backoff(attempt);
        }

        var limited = response.StatusCode == HttpStatusCode.TooManyRequests
            || (response.StatusCode == HttpStatusCode.Forbidden && (response.Headers.RetryAfter is not null || Header(response, "x-ratelimit-remaining") == "0"));
        if (!limited)
        {
            return null;
        }

        var asked = response.Headers.RetryAfter?.Delta ?? Backoff(attempt);
        return asked <= LongestWait ? asked : null;
    }

    private static TimeSpan Backoff(int attempt) => TimeSpan.FromSeconds(1 << attempt);

    /// <summary>The address of the next page; null after the last.</summary>
    /// <exception cref="GitHubException">It is on another host.</exception>
    private string? NextPage(HttpResponseMessage response)
    {
        var link = Header(response, "link")?.Split(',').FirstOrDefault(part => part.Contains("rel=\"next\"", StringComparison.Ordinal));
        if (link is null)
        {
            return null;
        }

        var (start, end) = (link.IndexOf('<', StringComparison.Ordinal), link.IndexOf('>', StringComparison.Ordinal));
        return start >= 0 && end > start && Uri.TryCreate(http.BaseAddress, link[(start + 1)..end], out var address)
            && http.BaseAddress!.IsBaseOf(address)
            ? address.AbsoluteUri
            : throw new GitHubException(response.StatusCode, "the link to the next page leads elsewhere, and the token is for this host alone");
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    private static JsonElement Json(HttpResponseMessage response)
    {
        try
        {
            using var document = JsonDocument.Parse(response.Content.ReadAsStream());
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new GitHubException(response.StatusCode, $"the answer is not JSON: {exception.Message}");
        }
    }

    private static string Message(HttpResponseMessage response)
    {
        using var reader = new StreamReader(response.Content.ReadAsStream());
        var text = reader.ReadToEnd();
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.TryGetProperty("message", out var message) ? message.GetString() ?? "" : "";
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{text.Length} characters that are not JSON");
        }
    }
}

/// <summary>GitHub refused or did not answer.</summary>
/// <param name="status">Null where there was no answer.</param>
internal sealed class GitHubException(HttpStatusCode? status, string message) : Exception(message)
{
    public HttpStatusCode? Status { get; } = status;
}
