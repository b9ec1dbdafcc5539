using System.Globalization;
using System.Text;
using System.Xml;
using RobustnessGate.Diagnostics;
using RobustnessGate.Gating;
using RobustnessGate.Results;

namespace RobustnessGate.Reports;

/// <summary>
/// Rules as test cases, in the JUnit form that CI servers read: failed rules are failures, inconclusive ones skipped,
/// and errors that belong to no rule are a case of their own. Without durations: results hold none.
/// </summary>
internal static class JUnitReport
{
    public static string Render(ResultsDocument results)
    {
        var rules = results.Gate.Rules;
        var others = results.Gate.Findings
            .Where(finding => finding.Severity == Severity.Error && rules.All(rule => rule.Message != finding.Message)).ToArray();
        var text = new Utf8Writer();
        using (var xml = XmlWriter.Create(text, new() { Indent = true, NewLineChars = "\n" }))
        {
            xml.WriteStartElement("testsuites");
            xml.WriteStartElement("testsuite");
            Attribute(xml, "name", results.Policy.File);
            Attribute(xml, "tests", Number(rules.Length + others.Length));
            Attribute(xml, "failures", Number(rules.Count(rule => rule.Outcome == RuleOutcome.Failed)));
            Attribute(xml, "errors", Number(others.Length));
            Attribute(xml, "skipped", Number(rules.Count(rule => rule.Outcome == RuleOutcome.Inconclusive)));
            foreach (var rule in rules)
            {
                Case(xml, rule);
            }

            foreach (var finding in others)
            {
                xml.WriteStartElement("testcase");
                Attribute(xml, "classname", "robustness");
                Attribute(xml, "name", "evaluation");
                Problem(xml, "error", finding.Code, finding.Message);
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        return text + "\n";
    }

    private static void Case(XmlWriter xml, RuleResult rule)
    {
        xml.WriteStartElement("testcase");
        Attribute(xml, "classname", "robustness");
        Attribute(xml, "name", rule.Subject + RuleText.Limits(rule.Limits));
        switch (rule.Outcome)
        {
            case RuleOutcome.Failed:
                Problem(xml, "failure", rule.Code ?? "", rule.Message ?? "not judged");
                break;
            case RuleOutcome.Inconclusive:
                xml.WriteStartElement("skipped");
                Attribute(xml, "message", $"inconclusive: {rule.Message}");
                xml.WriteEndElement();
                break;
            case RuleOutcome.Warned:
                xml.WriteElementString("system-out", Clean($"warning {rule.Code}: {rule.Message}"));
                break;
        }

        xml.WriteEndElement();
    }

    private static void Problem(XmlWriter xml, string element, string code, string message)
    {
        xml.WriteStartElement(element);
        Attribute(xml, "type", code);
        Attribute(xml, "message", message);
        xml.WriteEndElement();
    }

    private static void Attribute(XmlWriter xml, string name, string value) => xml.WriteAttributeString(name, Clean(value));

    /// <summary>Without what XML cannot hold: control characters and lone surrogates.</summary>
    private static string Clean(string text) => string.Concat(PlainText.Clean(text).EnumerateRunes()
        .Where(rune => rune.Value != Rune.ReplacementChar.Value && rune.Value is not (0xFFFE or 0xFFFF)));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A string writer that says UTF-8 in the XML declaration, as its file will be.</summary>
    private sealed class Utf8Writer() : StringWriter(CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => new UTF8Encoding(false);
    }
}
