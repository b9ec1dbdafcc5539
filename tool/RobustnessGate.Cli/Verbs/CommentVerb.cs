using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using RobustnessGate.Cli.Channels;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Diagnostics;
using RobustnessGate.Hosting;
using RobustnessGate.Policies;
using RobustnessGate.Publishing;
using RobustnessGate.Reports;
using RobustnessGate.Results;
using RobustnessGate.UseCases;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>comment</c>: posts or updates the report as one sticky comment of a pull request. The token comes by the environment alone.</summary>
internal static partial class CommentVerb
{
    /// <summary>Results come from the run of a pull request, which anybody may have written.</summary>
    private const long LargestResults = 64 << 20;

    private const string TokenVariable = "GITHUB_TOKEN";

    public static Command Create()
    {
        var policy = Options.Policy();
        var output = Options.Output();
        var repository = Options.Text("--repository", "OWNER/NAME", "The repository (default: GITHUB_REPOSITORY).", null);
        var pullRequest = Options.Whole("--pull-request", "The pull request (default: that of the workflow's event).", 1);
        var id = Options.Text("--id", "WORD", "Tells the comments of several policies apart.", "default");
        var author = Options.Text("--author", "LOGIN", "The account that comments (default: that of the token).", null);
        var api = Options.Text("--api", "URL", "Address of the API (default: GITHUB_API_URL, or that of github.com).", null);
        var verbosity = Options.Verbosity();
        id.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } word && !Word().IsMatch(word))
            {
                result.AddError("--id must be letters, digits, '.', '_' and '-'.");
            }
        });
        var command = new Command("comment", "Posts or updates the report as one comment of a pull request.")
        {
            policy, output, repository, pullRequest, id, author, api, verbosity,
        };
        command.SetAction(parsed =>
        {
            var screen = new Screen(parsed.GetValue(verbosity), noColor: true);
            var place = Place(parsed.GetValue(repository));
            var token = Token();
            var uri = Address(parsed.GetValue(api));
            var body = Body(Path.Combine(parsed.GetRequiredValue(output), ReportFiles.Results), parsed.GetRequiredValue(policy));
            using var http = GitHubClient.Connect(uri, token);
            var client = new GitHubClient(http, Thread.Sleep);
            try
            {
                var number = parsed.GetValue(pullRequest) ?? PullRequestFinder.Find(Event(), place, client)
                    ?? throw Mistake("--pull-request is needed: this workflow's event is about no open pull request.");
                var outcome = new StickyComment(place, number, parsed.GetRequiredValue(id), parsed.GetValue(author)).Publish(client, body);
                screen.Say($"comment on {place}#{number}: {outcome.ToString().ToLowerInvariant()}");
            }
            catch (GitHubException refusal)
            {
                Refused(refusal, FindingChannel.Of(parsed));
            }

            return (int)ExitCode.Passed;
        });
        return command;
    }

    private static string Place(string? repository)
    {
        var place = repository ?? Variable("GITHUB_REPOSITORY");
        return place is not null && Repository().IsMatch(place)
            ? place : throw Mistake("--repository must be given as owner/name; it is not in GITHUB_REPOSITORY either.");
    }

    private static string Token() => Variable(TokenVariable) ?? throw Mistake(
        $"the environment variable {TokenVariable} holds no token. A workflow passes it with 'env: {TokenVariable}: ${{{{ github.token }}}}'.");

    private static Uri Address(string? api)
    {
        var address = api ?? Variable("GITHUB_API_URL") ?? "https://api.github.com";
        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && IsSafe(uri)
            ? uri : throw Mistake("--api must be an address that begins with https://: anything else would send the token in the clear.");
    }

    /// <summary>The verdict stands in the check's own exit code; that nobody may comment (as in pull requests of forks) does not change it.</summary>
    private static void Refused(GitHubException refusal, FindingChannel channel)
    {
        var finding = new Finding("RG0903", Severity.Warning, null,
            $"the comment was not written: {refusal.Message} The verdict is not affected; the report is in the job's summary. "
            + "A token that may comment needs the permission 'pull-requests: write'.");
        channel.Report([finding]);
        if (Variable("GITHUB_ACTIONS") is not null)
        {
            Console.Out.Write(WorkflowAnnotations.Render([finding]));
        }
    }

    /// <summary>The report between what recomputing its figures came to and where they come from.</summary>
    private static string Body(string path, string policy)
    {
        var results = Results(path);
        var (lead, origin) = Recomputed(results, path, policy);
        var footer = $"\n<sub>The figures come from the pull request's own run, {origin}.</sub>\n";
        // 100 for the mark.
        return lead + CheckReport.MarkdownWithin(results, StickyComment.Limit - Encoding.UTF8.GetByteCount(lead + footer) - 100) + footer;
    }

    private static (string Lead, string Origin) Recomputed(ResultsDocument results, string path, string policy)
    {
        try
        {
            if (PolicyReader.Read(policy).Source.Sha256 != results.Policy.Sha256)
            {
                return NotVerified("the run was judged by another version of the policy than the one here, so its figures and its verdict were not recomputed. A pull request that edits the policy is judged by its own word: look at the check itself, and at the policy.");
            }

            if (results.Options?.Baseline is { } asked && !asked.StartsWith(ResultsDocument.GitPrefix, StringComparison.Ordinal))
            {
                return NotVerified($"the run was asked to compare with '{MarkdownText.Escape(asked, 100)}' instead of the policy's baseline.");
            }

            var target = TargetBranch.Resolve(TargetBranch.Auto, Variable);
            if (target is not null && results.MergeBase is null)
            {
                return NotVerified("the run compared with the baseline that lies in the pull request itself, which it can edit. check --baseline auto holds it to the target's.");
            }

            // Where no variable names the target, this is a checkout of the target itself: of the branch that a workflow belongs to.
            var (_, differences) = StoredResults.Verify(path, policy, results.MergeBase is null ? null : target ?? TargetBranch.Prefix + "HEAD");
            return differences.Count == 0
                ? ("", "and follow from its outcomes sample by sample")
                : ($"### ❌ The figures do not add up\n\nWhat this run reports does not follow from the outcomes that it stores and the repository: {MarkdownText.Escape(differences[0].Message, 300)}\n\n",
                    "and do not follow from its outcomes");
        }
        catch (MistakeException mistake)
        {
            return NotVerified($"the figures could not be recomputed: {MarkdownText.Escape(mistake.Findings[0].Message, 300)}");
        }
    }

    private static (string Lead, string Origin) NotVerified(string reason) =>
        ($"### ⚠️ Not verified\n\nWhat follows is what the pull request's own run says: {reason}\n\n", "and were not recomputed");

    private static ResultsDocument Results(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new MistakeException(ExitCode.NothingEvaluated, new Finding(
                "RG0210", Severity.Error, new Location(path, 0, 0), "there are no results to comment on. Run check first."));
        }

        return file.Length <= LargestResults ? StoredResults.Read(path) : throw MistakeException.InFile(
            "RG0209", path, FormattableString.Invariant($"{file.Length} bytes are more than results have ({LargestResults} at most), so they are not read."));
    }

    private static bool IsSafe(Uri api) => api.Scheme == Uri.UriSchemeHttps || (api.Scheme == Uri.UriSchemeHttp && api.IsLoopback);

    private static JsonElement Event()
    {
        var path = Variable("GITHUB_EVENT_PATH");
        using var document = JsonDocument.Parse(path is null || !File.Exists(path) ? "{}" : File.ReadAllText(path));
        return document.RootElement.Clone();
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static MistakeException Mistake(string message) =>
        new(ExitCode.BadCommandLine, new Finding("RG0002", Severity.Error, null, message));

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,50}$")]
    private static partial Regex Word();

    [GeneratedRegex(@"^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$")]
    private static partial Regex Repository();
}
