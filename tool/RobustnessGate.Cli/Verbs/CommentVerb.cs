using System.CommandLine;
using System.Text.Json;
using System.Text.RegularExpressions;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Gating;
using RobustnessGate.Publishing;
using RobustnessGate.Reports;
using RobustnessGate.Results;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>comment</c>: posts or updates the report as one sticky comment of a pull request. The token comes by the environment alone.</summary>
internal static partial class CommentVerb
{
    private const string TokenVariable = "GITHUB_TOKEN";

    public static Command Create()
    {
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
            output, repository, pullRequest, id, author, api, verbosity,
        };
        command.SetAction(parsed =>
        {
            var screen = new Screen(parsed.GetValue(verbosity), noColor: true);
            var place = parsed.GetValue(repository) ?? Variable("GITHUB_REPOSITORY");
            var token = Variable(TokenVariable);
            var address = parsed.GetValue(api) ?? Variable("GITHUB_API_URL") ?? "https://api.github.com";
            if (place is null || !Repository().IsMatch(place))
            {
                throw Mistake("--repository must be given as owner/name; it is not in GITHUB_REPOSITORY either.");
            }

            if (token is null)
            {
                throw Mistake($"the environment variable {TokenVariable} holds no token. A workflow passes it with 'env: {TokenVariable}: ${{{{ github.token }}}}'.");
            }

            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http"))
            {
                throw Mistake("--api must be an address that begins with https://.");
            }

            var body = MarkdownLadder.Render(Results(parsed.GetRequiredValue(output)), MarkdownLadder.CommentLimit - 200);
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
                // The verdict stands in the check's own exit code; that nobody may comment (as in pull requests of forks) does not change it.
                Console.Error.WriteLine(new Finding("RG0903", Severity.Warning, null,
                    $"the comment was not written: {refusal.Message} The verdict is not affected; the report is in the job's summary. "
                    + "A token that may comment needs the permission 'pull-requests: write'."));
            }

            return (int)ExitCode.Passed;
        });
        return command;
    }

    private static ResultsDocument Results(string output)
    {
        var path = Path.Combine(output, ReportFiles.Results);
        return File.Exists(path) ? ResultsFile.Read(File.ReadAllText(path), path) : throw new MistakeException(
            ExitCode.NothingEvaluated, new Finding("RG0210", Severity.Error, new Policies.Location(path, 0, 0), "there are no results to comment on. Run check first."));
    }

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
