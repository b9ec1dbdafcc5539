using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using RobustnessGate.Attacks;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Gating;
using RobustnessGate.Hosting;
using RobustnessGate.Policies;
using RobustnessGate.Results;
using RobustnessGate.Surfaces;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>surface MODEL</c>: decision and loss surfaces around samples, or over weights, of one model or two.</summary>
internal static class SurfaceVerb
{
    /// <summary>A plane over weights needs a pass for every sample at every point: coarser, and over fewer samples.</summary>
    /// <summary>A million forward passes a sample; a picture shows no more.</summary>
    private const int MostPoints = 1001;

    private const int WeightResolution = 41, WeightSamples = 100;

    public static Command Create()
    {
        var model = new ModelOptions("Samples to choose from, or in parameter space to average over (default 1000, the policy's, or 100).");
        var compare = Options.Text("--compare", "MODEL", "A second model of the same inputs beside the first, such as the baseline's.", null);
        var samples = new Option<string[]>("--sample") { HelpName = "N", Description = "Position of a sample in the data file, from 0; repeatable (default: the most telling)." };
        var count = Options.Whole("--count", "How many of the most telling samples (default 3).", 1);
        var space = Choice("--space", "What the plane lies in (default input).", ["input", "parameters"]);
        var x = Choice("--x", "Direction of the columns (default orthogonal; random in parameter space).", Directions.Names);
        var y = Choice("--y", "Direction of the rows (default cw; random in parameter space).", Directions.Names);
        var norm = Choice("--norm", "Norm in which directions have length 1 (default linf).", ["linf", "l2"]);
        var epsilon = Number("--epsilon", "E", "Radius of the ball to draw and of the attack (default: the policy's greatest in linf).");
        var extent = Number("--extent", "R", "How far each axis reaches (default 1.5·ε, or 0.3 of the input's range; 1 in parameter space).");
        var resolution = Options.Whole("--resolution", "Points along each axis, odd (default 101; 41 in parameter space).", 3);
        var attack = Choice("--attack", "Whose way to draw (default cw-linf in linf, pgd in l2).", ["bim", "pgd", "cw-linf", "none"]);
        var clip = new Option<bool>("--clip") { Description = "Clamp points to valid inputs; the paper's Eq. 1 does not." };
        var output = Options.Text("--output", "DIR", "Folder for pictures, tables and the page.", "artifacts/robustness/surface", "-o");
        var device = Options.Device();
        var threads = Options.Whole("--threads", "Threads of the tensor library (default 1).", 1);
        var batch = Options.Whole("--batch-size", "Inputs that go through the network together (default 64).", 1);
        var seed = Options.Whole("--seed", "Root of random directions (default: the policy's, or 0).", 0L);
        var verbosity = Options.Verbosity();
        var command = new Command("surface", "Draws decision and loss surfaces around samples, or over the weights, of one model or two.");
        model.AddTo(command);
        foreach (var option in new Option[] { compare, samples, count, space, x, y, norm, epsilon, extent, resolution, attack, clip, output, device, threads, batch, seed, verbosity })
        {
            command.Add(option);
        }

        samples.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !IsPosition(token.Value)))
            {
                result.AddError($"--sample must be a whole number of at least 0, not '{token.Value}'.");
            }
        });
        resolution.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var points) && (points % 2 == 0 || points > MostPoints))
            {
                result.AddError(FormattableString.Invariant($"--resolution must be odd, so that the sample is a point of the grid, and at most {MostPoints}, not {points}."));
            }
        });
        command.Validators.Add(result =>
        {
            if (!model.HasData(result))
            {
                result.AddError("surface needs samples: give --images, or --policy.");
            }

            // A value that is refused has none to be asked for.
            string? Word(Option<string> option) => result.GetResult(option)?.Tokens is [var token, ..] ? token.Value : null;
            var inWeights = Word(space) == "parameters";
            var (first, second) = (Word(x) ?? (inWeights ? "random" : "orthogonal"), Word(y) ?? (inWeights ? "random" : "cw"));
            if (first == second && first != "random")
            {
                result.AddError($"--x and --y are both {first}{(Word(x) is null || Word(y) is null ? ", one of them by default" : "")}: one direction twice spans no plane.");
            }

            if (Word(norm) == "l2" && Word(attack) is "bim" or "cw-linf")
            {
                result.AddError($"--attack {Word(attack)} is an attack in linf; in l2 there is pgd.");
            }
        });
        command.SetAction(parsed =>
        {
            var screen = new Screen(parsed.GetValue(verbosity), noColor: true);
            using var interruption = new Interruption();
            var given = model.Read(parsed);
            var inWeights = parsed.GetValue(space) == "parameters";
            var unit = parsed.GetValue(norm) == "l2" ? Norm.L2 : Norm.Linf;
            var radius = inWeights ? null : parsed.GetValue(epsilon) ?? (unit == Norm.Linf ? given.LargestEpsilon : null);
            var reach = parsed.GetValue(extent)
                ?? (inWeights ? 1 : radius is { } ε ? 1.5 * ε : 0.3 * (given.Model.Input.Bounds?.Range ?? 1));
            var setting = new SurfaceSetting(
                Directions.Named(parsed.GetValue(x) ?? (inWeights ? "random" : "orthogonal")),
                Directions.Named(parsed.GetValue(y) ?? (inWeights ? "random" : "cw")), reach)
            {
                Resolution = parsed.GetValue(resolution) ?? (inWeights ? WeightResolution : SurfaceSetting.DefaultResolution),
                Norm = unit,
                Epsilon = radius,
                Attack = Whose(parsed.GetValue(attack) ?? (unit == Norm.Linf ? "cw-linf" : "pgd")),
                Clip = parsed.GetValue(clip),
                Seed = parsed.GetValue(seed) ?? given.Seed,
            };
            var chosen = (parsed.GetValue(samples) ?? []).Select(text => int.Parse(text, CultureInfo.InvariantCulture)).Distinct().ToImmutableArray();
            var parts = Survey.Run(
                new(given.Model, parsed.GetValue(compare) is { } other ? given.Model.WithWeights(Path.GetFullPath(other)) : null,
                    Enough(given.Data!, chosen, inWeights), setting)
                {
                    Space = inWeights ? SurfaceSpace.Parameters : SurfaceSpace.Input,
                    Samples = chosen,
                    Count = parsed.GetValue(count) ?? 3,
                    Device = parsed.GetValue(device) ?? "auto",
                    Threads = parsed.GetValue(threads) ?? 1,
                    BatchSize = parsed.GetValue(batch) ?? 64,
                },
                line => screen.Say(line), interruption.Token);
            var folder = OutputFolder.At(parsed.GetRequiredValue(output));
            foreach (var (name, text) in SurfacePage.Render(parts))
            {
                Console.Out.WriteLine($"wrote {folder.Write(name, text)}");
            }

            return (int)ExitCode.Passed;
        });
        return command;
    }

    private static DataSection Enough(DataSection data, ImmutableArray<int> chosen, bool inWeights)
    {
        // A limit of ours must not hide a sample that was named; the policy's own number of samples stands.
        var least = chosen.IsEmpty ? 0 : chosen.Max() + 1;
        var limit = data.Limit ?? (inWeights ? WeightSamples : InspectRequest.DefaultSamples);
        return data with { Limit = Math.Max(limit, least) };
    }

    private static Attack? Whose(string name) => AttackCatalog.All.FirstOrDefault(attack => attack.Name == name);

    private static bool IsPosition(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static Option<string> Choice(string name, string description, IReadOnlyList<string> values)
    {
        var option = Options.Text(name, string.Join('|', values), description, null);
        option.AcceptOnlyFromAmong([.. values]);
        return option;
    }

    /// <summary>A number greater than 0, also as a fraction such as 8/255; null where it is not given.</summary>
    private static Option<double?> Number(string name, string value, string description) => new(name)
    {
        HelpName = value,
        Description = description,
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            var parts = text.Split('/');
            var numbers = parts.Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN).ToArray();
            var parsed = numbers.Length switch { 1 => numbers[0], 2 => numbers[0] / numbers[1], _ => double.NaN };
            if (parsed > 0 && double.IsFinite(parsed))
            {
                return parsed;
            }

            result.AddError($"{name} must be a number greater than 0, such as 0.1 or 8/255, not '{text}'.");
            return null;
        },
    };
}
