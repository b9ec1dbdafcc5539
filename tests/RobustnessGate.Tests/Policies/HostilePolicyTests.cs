using System.Diagnostics;
using System.Text;
using RobustnessGate.Diagnostics;
using RobustnessGate.Policies;

namespace RobustnessGate.Tests;

public class HostilePolicyTests
{
    private const string Signs = "{}[]:,-?&*!|>'\"%@`# \n\t";

    private static readonly Lazy<byte[]> Good = new(() => Encoding.UTF8.GetBytes(string.Join('\n', PolicyText.Good)));

    public static TheoryData<string, string> Patterns => new()
    {
        { "brackets", string.Concat(Enumerable.Repeat("[", 50_000)) },
        { "closed brackets", "a: " + new string('[', 50_000) + new string(']', 50_000) },
        { "braces", string.Concat(Enumerable.Repeat("{", 50_000)) },
        { "dashes", string.Concat(Enumerable.Repeat("- ", 50_000)) },
        { "indentations", string.Join('\n', Enumerable.Range(0, 600).Select(i => new string(' ', i) + "a:")) },
        { "aliases", "a: &a [x]\n" + string.Concat(Enumerable.Range(0, 300).Select(i => $"b{i}: &b{i} [*a, *a]\n")) },
        { "unknown keys", string.Concat(Enumerable.Range(0, 25_000).Select(i => $"seeed{i}: 1\n")) },
        { "duplicate keys", string.Concat(Enumerable.Repeat("seed: 1\n", 30_000)) },
        { "one long key", $"{new string('k', 120_000)}: [{string.Concat(Enumerable.Repeat("1,", 50_000))}1]" },
        { "one long value", $"device: {new string('v', 200_000)}" },
        { "many radii", PolicyText.With(14, $"    epsilon: [{string.Join(", ", Enumerable.Range(1, 20_000).Select(i => $"{i}/99999"))}]") },
        { "many entries", PolicyText.With(12, "attacks:\n" + string.Concat(Enumerable.Repeat("  - { name: fgsm, epsilon: 0.1 }\n", 5_000))) },
        { "many rules", PolicyText.With(20, "  rules:\n" + string.Concat(Enumerable.Repeat("    - { metric: x }\n", 9_000))) },
    };

    [Theory]
    [MemberData(nameof(Patterns))]
    public void A_hostile_text_is_refused_quickly_and_briefly(string name, string text)
    {
        var watch = Stopwatch.StartNew();

        var findings = PolicyText.Mistakes(text);

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{name} took {watch.Elapsed}");
        Assert.InRange(findings.Count, 1, 101);
        Assert.All(findings, finding => Assert.True(finding.Message.Length < 1_000, finding.Message));
    }

    [Fact]
    public void A_ten_megabyte_file_is_not_read() =>
        Assert.Contains("256 KB", PolicyText.Mistakes(new byte[10 << 20])[0].Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void A_utf16_file_is_told_to_become_utf8(string encoding)
    {
        var bytes = Encoding.GetEncoding(encoding) is var utf16 ? utf16.GetPreamble().Concat(utf16.GetBytes("version: 1")).ToArray() : [];

        var finding = Assert.Single(PolicyText.Mistakes(bytes));

        Assert.Equal("RG0102", finding.Code);
        Assert.Contains("UTF-8", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_that_is_not_utf8_is_reported_at_its_place() =>
        Assert.Equal("RG0102@2,4", PolicyText.Brief(PolicyText.Mistakes([.. "a: 1\nb: "u8, 0xE9, .. "\n"u8])));

    [Fact]
    public void Messages_repeat_text_without_control_or_direction_characters()
    {
        var finding = Assert.Single(PolicyText.Mistakes(PolicyText.With(13, "  - name: \"\\e[31m\\u202Egp\\nd\"")));

        Assert.DoesNotContain(finding.Message, c => char.IsControl(c) || c == '\u202E');
        Assert.Contains("\\u001B[31m\\u202Egp\\u000Ad", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_byte_string_makes_the_reader_throw_anything_but_a_mistake()
    {
        // A fixed seed, so that a failure can be repeated; the time bound only cuts the series short on slow machines.
        var random = new Random(20180501);
        var watch = Stopwatch.StartNew();
        var accepted = 0;
        var count = 0;
        for (; count < 20_000 && watch.Elapsed < TimeSpan.FromSeconds(2); count++)
        {
            var bytes = count % 4 == 0 ? Noise(random) : Mutation(random);
            try
            {
                PolicyReader.Parse(bytes, "robustness.yml");
                accepted++;
            }
            catch (MistakeException mistake)
            {
                Assert.NotEmpty(mistake.Findings);
            }
            catch (Exception error)
            {
                Assert.Fail($"{error}\n{Convert.ToBase64String(bytes)}");
            }
        }

        // Some mutations (in comments, digits, names of files) leave a good policy.
        Assert.InRange(accepted, 1, count - 1);
    }

    private static byte[] Noise(Random random)
    {
        const string Alphabet = "{}[]:,-?&*!|>'\"%@`# \n\t\r\\~.0159abepsilon/\u00e9\u2028";
        var text = new StringBuilder();
        for (var length = random.Next(200); length > 0; length--)
        {
            text.Append(Alphabet[random.Next(Alphabet.Length)]);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static byte[] Mutation(Random random)
    {
        var bytes = Good.Value.ToList();
        for (var edits = random.Next(1, 6); edits > 0; edits--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(20), bytes.Count - at - 1));
                    break;
                case 2:
                    bytes.InsertRange(at, Good.Value.Skip(random.Next(Good.Value.Length)).Take(random.Next(30)));
                    break;
                default:
                    bytes.Insert(at, (byte)Signs[random.Next(Signs.Length)]);
                    break;
            }
        }

        return [.. bytes];
    }
}
