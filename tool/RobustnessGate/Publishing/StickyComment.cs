using System.Net;
using System.Text.Json;

namespace RobustnessGate.Publishing;

/// <summary>What became of a comment.</summary>
internal enum CommentOutcome { Created, Updated, Unchanged }

/// <summary>
/// One comment of ours on a pull request, found again by a hidden mark and by its author. Both count: anybody can copy
/// the mark, and the account may have written other comments.
/// </summary>
/// <param name="Repository">owner/name.</param>
/// <param name="Id">Tells the comments of several policies apart.</param>
/// <param name="Author">Login that comments are written under; null to ask GitHub.</param>
internal sealed record StickyComment(string Repository, int PullRequest, string Id, string? Author)
{
    /// <summary>The login under which workflows write with their own token, which may not ask who it is.</summary>
    private const string WorkflowLogin = "github-actions[bot]";

    /// <summary>Most characters of a comment. GitHub counts them after its own encoding, so bytes are the safe measure.</summary>
    public const int Limit = 65_535;

    public string Mark => $"<!-- robustness-gate:{Id} -->";

    private string Comments => $"repos/{Repository}/issues/{PullRequest}/comments";

    /// <param name="body">Markdown, without the mark.</param>
    /// <exception cref="GitHubException">Refused.</exception>
    public CommentOutcome Publish(GitHubClient client, string body)
    {
        var text = $"{Mark}\n{body}";
        var author = Author ?? WhoAmI(client);
        foreach (var comment in client.List(Comments).Where(comment => IsOurs(comment, author)))
        {
            if (Text(comment, "body") == text)
            {
                return CommentOutcome.Unchanged;
            }

            try
            {
                client.Write(HttpMethod.Patch, $"repos/{Repository}/issues/comments/{comment.GetProperty("id").GetInt64()}", new { body = text });
                return CommentOutcome.Updated;
            }
            catch (GitHubException exception) when (exception.Status is HttpStatusCode.NotFound or HttpStatusCode.Gone)
            {
                // Somebody deleted it meanwhile.
            }
        }

        client.Write(HttpMethod.Post, Comments, new { body = text });
        return CommentOutcome.Created;
    }

    private bool IsOurs(JsonElement comment, string author) =>
        Text(comment, "body")?.StartsWith(Mark, StringComparison.Ordinal) == true
        && comment.TryGetProperty("user", out var user) && user.ValueKind == JsonValueKind.Object && Text(user, "login") == author;

    private static string WhoAmI(GitHubClient client)
    {
        try
        {
            return Text(client.Get("user"), "login") ?? WorkflowLogin;
        }
        catch (GitHubException exception) when (exception.Status is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized or HttpStatusCode.NotFound)
        {
            return WorkflowLogin;
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
