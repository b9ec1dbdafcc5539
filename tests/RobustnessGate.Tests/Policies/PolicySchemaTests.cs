using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using RobustnessGate.Attacks;
using RobustnessGate.Policies;
using RobustnessGate.Policies.Binding;
using RobustnessGate.Policies.Yaml;

namespace RobustnessGate.Tests;

public class PolicySchemaTests
{
    private static readonly JsonObject Schema = JsonNode.Parse(PolicySchema.Render())!.AsObject();

    private static readonly JsonSchema Validator = Strict();

    [Fact]
    public void The_schema_is_plain_text_that_is_the_same_everywhere()
    {
        var text = PolicySchema.Render();

        Assert.Equal(text, PolicySchema.Render());
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", (string)Schema["$schema"]!);
    }

    [Theory]
    [InlineData("properties.seed.default", "0")]
    [InlineData("properties.device.default", "\"auto\"")]
    [InlineData("properties.data.properties.selection.default", "\"first\"")]
    [InlineData("properties.data.properties.selection.enum", "[\"first\",\"random\",\"stratified\"]")]
    [InlineData("properties.data.properties.samples.minimum", "1")]
    [InlineData("properties.gate.properties.alpha.default", "0.01")]
    [InlineData("properties.gate.properties.rules.minItems", "1")]
    [InlineData("properties.report.properties.formats.default", "[\"markdown\",\"json\"]")]
    [InlineData("required", "[\"version\",\"model\",\"data\",\"gate\"]")]
    public void Defaults_choices_and_ranges_are_in_the_schema(string path, string expected) =>
        Assert.Equal(expected, path.Split('.').Aggregate((JsonNode)Schema, (node, key) => node[key]!).ToJsonString());

    [Fact]
    public void Every_key_has_a_description() => Assert.All(
        Properties(Schema).Where(property => property.Value is JsonObject { Count: > 0 }),
        property => Assert.False(string.IsNullOrWhiteSpace((string?)property.Value!["description"]), property.Key));

    [Fact]
    public void Every_attack_is_in_the_schema_with_its_parameters_and_defaults()
    {
        foreach (var attack in AttackCatalog.All)
        {
            var then = Schema["properties"]!["attacks"]!["items"]!["allOf"]!.AsArray()
                .Single(c => c!["if"]!["properties"]!["name"]!["enum"]!.AsArray().Any(n => (string)n! == attack.Name))!["then"]!;
            foreach (var (key, value) in AttackDescription.Parameters(attack))
            {
                var schema = then["properties"]![key];
                Assert.NotNull(schema);
                Assert.Equal(value is not null, schema["default"] is not null);
            }
        }
    }

    [Fact]
    public void Keys_that_the_schema_names_are_known_to_the_reader()
    {
        foreach (var key in Schema["properties"]!.AsObject().Select(p => p.Key))
        {
            Assert.DoesNotContain("RG0105", Codes($"{key}: ~"));
        }

        foreach (var key in Schema["properties"]!["model"]!["properties"]!["input"]!["properties"]!.AsObject().Select(p => p.Key))
        {
            Assert.DoesNotContain("RG0105", Codes($"model: {{ input: {{ {key}: ~ }} }}"));
        }

        foreach (var section in new[] { "model", "data", "indicator", "gate", "report" })
        {
            foreach (var key in Schema["properties"]![section]!["properties"]!.AsObject().Select(p => p.Key))
            {
                Assert.DoesNotContain("RG0105", Codes($"{section}: {{ {key}: ~ }}"));
            }
        }

        foreach (var (list, open, close, selector) in new[] { ("attacks", "attacks: [", "]", "name"), ("rules", "gate: { rules: [", "] }", "metric") })
        {
            var items = (list == "attacks" ? Schema["properties"]!["attacks"]! : Schema["properties"]!["gate"]!["properties"]!["rules"]!)["items"]!;
            foreach (var condition in items["allOf"]!.AsArray())
            {
                foreach (var name in condition!["if"]!["properties"]![selector]!["enum"]!.AsArray())
                {
                    foreach (var key in condition["then"]!["properties"]!.AsObject().Select(p => p.Key).Where(k => k != selector))
                    {
                        var codes = Codes($"{open}{{ {selector}: {name}, {key}: ~ }}{close}");
                        Assert.DoesNotContain("RG0105", codes);
                        Assert.DoesNotContain("RG0116", codes);
                    }
                }
            }
        }
    }

    [Fact]
    public void Policies_that_the_reader_accepts_the_schema_accepts()
    {
        foreach (var text in new[] { GoodPolicyTests.Minimal, GoodPolicyTests.Full, RuleTargetsTests.Text, PolicyText.With(0, ""), PolicyTemplateTests.Starter })
        {
            PolicyText.Read(text);
            Assert.True(Accepts(text), text);
        }

        var special = GoodPolicyTests.Minimal
            .Replace("bounds: [0, 1]", "bounds: [[0, 1], [0, 2], [0, 3], [0, 1/4]], scale: 2, layout: channels-last", StringComparison.Ordinal)
            .Replace("net.onnx", "net.dll, type: My.Net, weights: w.dat", StringComparison.Ordinal)
            .Replace("min: 0.9", "min: 0.9, confidence: 0.95", StringComparison.Ordinal);
        PolicyText.Read(special);
        Assert.True(Accepts(special), special);
    }

    [Theory]
    [InlineData(1, "version: 2")]
    [InlineData(1, "")]
    [InlineData(2, "seed: -1")]
    [InlineData(2, "seed: 1.5")]
    [InlineData(2, "seed: ~")]
    [InlineData(2, "sed: 5")]
    [InlineData(3, "device: gpu")]
    [InlineData(5, "")]
    [InlineData(6, "  input: { shape: 784, bounds: [0, 1] }")]
    [InlineData(6, "  input: { shape: [], bounds: [0, 1] }")]
    [InlineData(6, "  input: { shape: [2], bounds: [0] }")]
    [InlineData(6, "  input: { shape: [2], bounds: any }")]
    [InlineData(6, "  input: { shape: [3, 2], bounds: [0, 1], std: 0 }")]
    [InlineData(10, "  selection: last")]
    [InlineData(11, "harden: [a]")]
    [InlineData(13, "  - name: pdg")]
    [InlineData(13, "  - name: fgsm\n    steps: 5")]
    [InlineData(13, "  - name: fgsm\n    norm: l2")]
    [InlineData(14, "")]
    [InlineData(14, "    epsilon: 0")]
    [InlineData(14, "    epsilon: 10%")]
    [InlineData(17, "    steps: 0")]
    [InlineData(17, "    random-start: yes")]
    [InlineData(19, "  alpha: 1")]
    [InlineData(21, "    - metric: accuracy")]
    [InlineData(21, "    - metric: natural-accuracy\n      max-drop-ratio: 0.1")]
    [InlineData(21, "    - metric: worst-case-accuracy")]
    [InlineData(22, "      min: 40")]
    [InlineData(24, "")]
    public void Policies_that_the_reader_refuses_for_one_value_the_schema_refuses(int line, string replacement)
    {
        var text = PolicyText.With(line, replacement);

        PolicyText.Mistakes(text);
        Assert.False(Accepts(text), text);
    }

    private static IEnumerable<string> Codes(string text) => PolicyText.Mistakes("version: 1\n" + (text == "version: ~" ? "" : text)).Select(f => f.Code);

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Properties(JsonNode node) => node switch
    {
        JsonObject map => map.SelectMany(entry => entry.Value is null ? []
            : entry.Key == "properties" && !map.ContainsKey("const")
                ? entry.Value.AsObject().Concat(entry.Value.AsObject().SelectMany(inner => Properties(inner.Value!)))
                : entry.Key == "if" ? [] : Properties(entry.Value)),
        JsonArray list => list.SelectMany(item => Properties(item!)),
        _ => [],
    };

    /// <summary>The schema without leave for unknown keywords: a misspelt one would be no rule at all.</summary>
    private static JsonSchema Strict()
    {
        var schema = Schema.DeepClone().AsObject();
        schema.Remove("$schema");
        return JsonSchema.FromText(
            schema.ToJsonString(), new BuildOptions { Dialect = Dialect.Draft202012.With([], allowUnknownKeywords: false) });
    }

    private static bool Accepts(string text) => Validator.Evaluate(JsonSerializer.SerializeToElement(Json(text))).IsValid;

    /// <summary>YAML as an editor sees it: JSON by the core schema of YAML 1.2.</summary>
    private static JsonNode? Json(string text) => Json(YamlTree.Read(text, new Reading("a.yml", "/"))!);

    private static JsonNode? Json(Node node) => node switch
    {
        MappingNode map => new JsonObject(map.Entries.Select(e => KeyValuePair.Create(e.Key.Text, Json(e.Value)))),
        SequenceNode list => new JsonArray([.. list.Items.Select(Json)]),
        ScalarNode { IsNull: true } => null,
        ScalarNode { Plain: true, Text: "true" or "false" } flag => flag.Text == "true",
        ScalarNode { Plain: true } number when double.TryParse(number.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) => value,
        ScalarNode text => text.Text,
        _ => throw new JsonException(node.Kind),
    };
}
