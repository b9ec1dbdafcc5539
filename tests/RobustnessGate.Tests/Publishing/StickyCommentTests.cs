using System.Text.Json;
using RobustnessGate.Publishing;

namespace RobustnessGate.Tests.Publishing;

public sealed class StickyCommentTests : IDisposable
{
    private readonly FakeGitHub _server = new();
    private readonly List<TimeSpan> _waits = [];

    [Fact]
    public void The_first_report_is_a_new_comment()
    {
        Assert.Equal(CommentOutcome.Created, Publish("all is well"));

        var comment = Assert.Single(_server.Comments);
        Assert.Equal("<!-- robustness-gate:default -->\nall is well", comment.Body);
    }

    [Fact]
    public void A_later_report_takes_the_place_of_the_earlier_one()
    {
        Publish("all is well");

        Assert.Equal(CommentOutcome.Updated, Publish("all is lost"));

        Assert.EndsWith("all is lost", Assert.Single(_server.Comments).Body, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_report_is_not_written_twice()
    {
        Publish("all is well");
        _server.Requests.Clear();

        Assert.Equal(CommentOutcome.Unchanged, Publish("all is well"));

        Assert.All(_server.Requests, request => Assert.StartsWith("GET ", request, StringComparison.Ordinal));
    }

    [Fact]
    public void Our_comment_is_found_on_a_later_page()
    {
        _server.PageSize = 2;
        for (var i = 0; i < 5; i++)
        {
            _server.Add("somebody", "looks good");
        }

        Publish("one");

        Assert.Equal(CommentOutcome.Updated, Publish("two"));
        Assert.Equal(6, _server.Comments.Count);
    }

    [Fact]
    public void A_mark_that_somebody_else_copied_is_left_alone()
    {
        _server.Add("mallory", "<!-- robustness-gate:default -->\nPASSED");

        Assert.Equal(CommentOutcome.Created, Publish("failed"));

        Assert.EndsWith("PASSED", _server.Comments[0].Body, StringComparison.Ordinal);
        Assert.EndsWith("failed", _server.Comments[1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_comment_of_the_same_account_is_left_alone()
    {
        _server.Login = "release-bot";
        _server.Add("release-bot", "quoting <!-- robustness-gate:default --> in the middle");

        Assert.Equal(CommentOutcome.Created, Publish("failed"));
    }

    [Fact]
    public void Two_policies_have_a_comment_each()
    {
        Publish("one", id: "images");

        Assert.Equal(CommentOutcome.Created, Publish("two", id: "sound"));
    }

    [Fact]
    public void A_comment_that_was_deleted_meanwhile_is_written_anew()
    {
        Publish("one");
        _server.DeletesBeforeUpdate = true;

        Assert.Equal(CommentOutcome.Created, Publish("two"));
    }

    [Fact]
    public void A_server_that_fails_is_asked_again()
    {
        _server.AnswerFirst(502);
        _server.AnswerFirst(503);

        Assert.Equal(CommentOutcome.Created, Publish("one"));
        Assert.Equal([TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)], _waits);
    }

    [Fact]
    public void A_server_that_keeps_failing_is_given_up()
    {
        for (var i = 0; i < 4; i++)
        {
            _server.AnswerFirst(500);
        }

        Assert.Throws<GitHubException>(() => Publish("one"));
    }

    [Theory]
    [InlineData(429, "Retry-After", "7", 7)]
    [InlineData(403, "Retry-After", "9", 9)]
    [InlineData(403, "x-ratelimit-remaining", "0", 2)]
    public void A_limit_is_waited_for(int status, string header, string value, int seconds)
    {
        _server.AnswerFirst(status, header, value);

        Assert.Equal(CommentOutcome.Created, Publish("one"));
        Assert.Equal([TimeSpan.FromSeconds(seconds)], _waits);
    }

    [Fact]
    public void A_limit_of_an_hour_is_not_waited_for()
    {
        _server.Login = "bot";
        Publish("one");
        _server.AnswerFirst(429, "Retry-After", "3600");

        Assert.Throws<GitHubException>(() => Publish("two"));
        Assert.Empty(_waits);
    }

    [Fact]
    public void A_refusal_is_final()
    {
        _server.Refuses = true;

        var refusal = Assert.Throws<GitHubException>(() => Publish("one"));

        Assert.Contains("403", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Resource not accessible by integration", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(_waits);
    }

    [Fact]
    public void The_token_is_not_taken_to_another_host()
    {
        using var other = new FakeGitHub();
        _server.PageSize = 1;
        _server.ForeignNext = $"{other.Address}repos/o/r/issues/7/comments";
        _server.Add("somebody", "one");
        _server.Add("somebody", "two");

        Assert.Throws<GitHubException>(() => Publish("ours"));

        Assert.Empty(other.Requests);
        Assert.Equal(2, _server.Comments.Count);
    }

    [Fact]
    public void A_thread_too_long_to_be_read_gets_no_comment_more()
    {
        _server.PageSize = 1;
        for (var i = 0; i < 51; i++)
        {
            _server.Add("somebody", "looks good");
        }

        Assert.Throws<GitHubException>(() => Publish("ours"));
        Assert.Equal(51, _server.Comments.Count);
    }

    [Fact]
    public void An_answer_that_is_no_list_is_a_refusal()
    {
        _server.Login = "bot";
        _server.AnswerFirst(200);
        _server.AnswerFirst(200);

        Assert.Contains("not a list", Assert.Throws<GitHubException>(() => Publish("ours")).Message, StringComparison.Ordinal);
        Assert.Empty(_server.Comments);
    }

    [Theory]
    [InlineData(500, 1)]
    [InlineData(502, 1)]
    [InlineData(503, 2)]
    [InlineData(504, 1)]
    public void A_comment_is_posted_again_only_where_nothing_was_done(int status, int posts)
    {
        _server.FailsToPost = status;

        if (posts == 1)
        {
            Assert.Throws<GitHubException>(() => Publish("ours"));
        }
        else
        {
            Publish("ours");
        }

        Assert.Equal(posts, _server.Requests.Count(request => request.StartsWith("POST ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("""{"pull_request":{"number":7}}""", 7)]
    [InlineData("""{"workflow_run":{"head_sha":"abc","head_branch":"fix","head_repository":{"owner":{"login":"fork"}}}}""", 12)]
    [InlineData("""{"workflow_run":{"head_sha":"old","head_branch":"fix","head_repository":{"owner":{"login":"fork"}}}}""", null)]
    [InlineData("""{"workflow_run":{"head_sha":"abc","head_branch":"fix","head_repository":null}}""", null)]
    [InlineData("""{"push":{}}""", null)]
    [InlineData("[]", null)]
    public void The_pull_request_comes_from_the_event_and_is_checked_against_the_commit(string json, int? number)
    {
        _server.Pulls.Add((12, "fork", "fix", "abc"));
        _server.Pulls.Add((13, "fork", "other", "abc"));
        using var document = JsonDocument.Parse(json);
        using var http = GitHubClient.Connect(_server.Address, "secret");

        Assert.Equal(number, PullRequestFinder.Find(document.RootElement, "o/r", new GitHubClient(http, _waits.Add)));
    }

    public void Dispose() => _server.Dispose();

    private CommentOutcome Publish(string body, string id = "default")
    {
        using var http = GitHubClient.Connect(_server.Address, "secret");
        return new StickyComment("o/r", 7, id, null).Publish(new GitHubClient(http, _waits.Add), body);
    }
}
