using System.Text.Json;

namespace RobustnessGate.Publishing;

/// <summary>Which pull request a workflow's event is about.</summary>
internal static class PullRequestFinder
{
    /// <summary>
    /// From the event itself for <c>pull_request</c>. For <c>workflow_run</c>, whose run may come from a fork, by asking
    /// for the open pull request of that branch and commit: what an artifact of the run says about itself counts for nothing.
    /// </summary>
    /// <param name="event">The JSON that the runner writes for a workflow.</param>
    /// <returns>Null where the event is about no open pull request.</returns>
    /// <exception cref="GitHubException">Refused.</exception>
    public static int? Find(JsonElement @event, string repository, GitHubClient client)
    {
        if (At(@event, "pull_request", "number") is { ValueKind: JsonValueKind.Number } number)
        {
            return number.GetInt32();
        }

        if (At(@event, "workflow_run", "head_sha")?.GetString() is not { } sha
            || At(@event, "workflow_run", "head_branch")?.GetString() is not { } branch
            || At(@event, "workflow_run", "head_repository", "owner", "login")?.GetString() is not { } owner)
        {
            return null;
        }

        var head = Uri.EscapeDataString($"{owner}:{branch}");
        return client.List($"repos/{repository}/pulls?state=open&head={head}")
            .Where(pull => At(pull, "head", "sha")?.GetString() == sha)
            .Select(pull => (int?)pull.GetProperty("number").GetInt32()).FirstOrDefault();
    }

    private static JsonElement? At(JsonElement element, params string[] path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element;
    }
}
