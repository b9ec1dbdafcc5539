using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using RobustnessGate.Attacks;
using RobustnessGate.Cli.Parsing;
using RobustnessGate.Cli.Terminal;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Hosting;
using RobustnessGate.Maths;
using RobustnessGate.Reports;
using RobustnessGate.Surfaces;
using RobustnessGate.UseCases;

namespace RobustnessGate.Cli.Verbs;

/// <summary><c>surface MODEL</c>: decision and loss surfaces around samples, or over weights, of one model or two.</summary>
internal static class SurfaceVerb
{
    public static Command Create()
    {
        var model = new ModelOptions("The first so many are chosen from (default 1000), or in parameter space averaged over (default 100); named samples are taken wherever they are.");
        var compare = Options.Text("--compare", "MODEL", "A second model of the same inputs beside the first, such as the baseline's.", null);
        var samples = new Option<string[]>("--sample") { HelpName = "N", Description = "Number of a sample in the data file, from 0; repeatable (default: those nearest to the boundary)." };
        var count = Options.Whole("--count", "How many samples nearest to the boundary (default 3); in input space.", 1);
        var space = Choice("--space", "What the plane lies in (default input).", ["input", "parameters"]);
        var x = Choice("--x", "Direction of the columns (default orthogonal; random in parameter space).", Directions.Names);
        var y = Choice("--y", "Direction of the rows (default cw; random in parameter space).", Directions.Names);
        var norm = Choice("--norm", "Norm in which directions have length 1 (default linf); l2 needs --epsilon or --extent.", ["linf", "l2"]);
        var epsilon = Number("--epsilon", "E", "Radius of the ball to draw and of the attack (default: the policy's greatest in linf).");
        var extent = Number("--extent", "R", "How far each axis reaches (default 1.5·ε, or 0.3 of the input's range; 1 in parameter space).");
        var resolution = Options.Whole("--resolution", "Points along each axis, odd (default 101; 41 in parameter space).", 3);
        var attack = Choice("--attack", "Whose way to draw within --epsilon (default cw-linf in linf, pgd in l2).", ["bim", "pgd", "cw-linf", "none"]);
        var clip = new Option<bool>("--clip") { Description = "Clamp points to valid inputs; the paper's Eq. 1 does not." };
        var output = Options.Text("--output", "DIR", "Folder for pictures, tables and the page.", "artifacts/robustness/surface", "-o");
        var device = Options.Device();
        var threads = Options.Whole("--threads", "Threads of the tensor library (default 1).", 1);
        var batch = Options.Whole("--batch-size", "Inputs that go through the network together (default 64).", 1);
        var seed = Options.Whole("--seed", "Root of all randomness (default: the policy's, or 0).", 0L);
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
            if (result.Tokens is [var token] && int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var points) && (points % 2 == 0 || points > SurfaceSetting.MostResolution))
            {
                result.AddError(FormattableString.Invariant($"--resolution must be odd, so that the sample is a point of the grid, and at most {SurfaceSetting.MostResolution}, not {points}."));
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
            bool Given(Option option) => result.GetResult(option) is { Implicit: false };
            var where = Word(space) == "parameters" ? SurfaceSpace.Parameters : SurfaceSpace.Input;
            var (first, second) = (Word(x) ?? SurfaceDefaults.X(where).Name(), Word(y) ?? SurfaceDefaults.Y(where).Name());
            if (first == second && first != "random")
            {
                result.AddError($"--x and --y are both {first}{(Word(x) is null || Word(y) is null ? ", one of them by default" : "")}: one direction twice spans no plane.");
            }

            if (Word(norm) == "l2" && Word(attack) is "bim" or "cw-linf")
            {
                result.AddError($"--attack {Word(attack)} is an attack in linf; in l2 there is pgd.");
            }

            // What would say nothing is a mistake: whoever gives it expects something of it.
            if (where == SurfaceSpace.Parameters)
            {
                foreach (var option in new Option[] { norm, epsilon, attack, clip }.Where(Given))
                {
                    result.AddError($"{option.Name} says nothing with --space parameters: it is about inputs, and the plane lies in the weights.");
                }

                if (Given(count))
                {
                    result.AddError("--count says nothing with --space parameters, where there is one plane; how many samples it averages over is --max-samples.");
                }
            }
            else if (Word(norm) == "l2" && !Given(epsilon) && !Given(extent))
            {
                result.AddError("--norm l2 needs --epsilon, or --extent for a plane without a ball: the default reach is meant for linf, and as an l2 distance it would be next to nothing.");
            }

            if (Given(samples) && Given(count))
            {
                result.AddError("--count says nothing with --sample, which names the samples.");
            }
        });
        command.SetAction(parsed =>
        {
            var screen = new Screen(parsed.GetValue(verbosity), noColor: true);
            using var interruption = new Interruption();
            using var capture = OutputCapture.BeginAnew(Path.Combine(parsed.GetRequiredValue(output), ReportFiles.CapturedOutput), screen);
            var given = model.Read(parsed);
            var where = parsed.GetValue(space) == "parameters" ? SurfaceSpace.Parameters : SurfaceSpace.Input;
            var unit = parsed.GetValue(norm) == "l2" ? Norm.L2 : Norm.Linf;
            var radius = where == SurfaceSpace.Parameters ? null : parsed.GetValue(epsilon) ?? (unit == Norm.Linf ? given.LargestEpsilon : null);
            if (radius is null && parsed.GetValue(attack) is { } followed and not "none")
            {
                throw new MistakeException(ExitCode.BadCommandLine, new Finding("RG0002", Severity.Error, null,
                    $"--attack {followed} needs --epsilon: {(unit == Norm.Linf ? "nothing else names" : "a policy's greatest radius is taken in linf alone, so nothing names")} the radius within which it is to search."));
            }

            var setting = new SurfaceSetting(
                parsed.GetValue(x) is { } across ? Directions.Named(across) : SurfaceDefaults.X(where),
                parsed.GetValue(y) is { } up ? Directions.Named(up) : SurfaceDefaults.Y(where),
                parsed.GetValue(extent) ?? SurfaceDefaults.Extent(where, radius, given.Model.Input.Bounds))
            {
                Resolution = parsed.GetValue(resolution) ?? SurfaceDefaults.Resolution(where),
                Norm = unit,
                Epsilon = radius,
                Attack = Whose(parsed.GetValue(attack) ?? SurfaceDefaults.Attack(unit)),
                Clip = parsed.GetValue(clip),
                Seed = parsed.GetValue(seed) ?? given.Seed,
            };
            var parts = Survey.Run(
                new(given.Model, parsed.GetValue(compare) is { } other ? given.Model.WithWeights(Path.GetFullPath(other)) : null, given.Data!, setting)
                {
                    Space = where,
                    Samples = [.. (parsed.GetValue(samples) ?? []).Select(text => int.Parse(text, CultureInfo.InvariantCulture)).Distinct()],
                    MostSamples = model.MaxSamples(parsed),
                    Count = parsed.GetValue(count) ?? SurfaceDefaults.Count,
                    Device = parsed.GetValue(device) ?? given.Device,
                    Threads = parsed.GetValue(threads) ?? 1,
                    BatchSize = parsed.GetValue(batch) ?? 64,
                },
                line => screen.Say(line), interruption.Token);
            var folder = OutputFolder.At(parsed.GetRequiredValue(output));
            foreach (var (name, text) in SurfacePage.Render(parts))
            {
                Streams.Out.WriteLine($"wrote {folder.Write(name, text)}");
            }

            return (int)ExitCode.Passed;
        });
        return command;
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
