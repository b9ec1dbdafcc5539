using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using RobustnessGate.Attacks;
using RobustnessGate.Diagnostics;
using RobustnessGate.Facts;
using RobustnessGate.Maths;
using RobustnessGate.Surfaces;
using RobustnessGate.UseCases;

namespace RobustnessGate.Cli.Parsing;

/// <summary>What <c>surface</c> draws: of which models, around what, along which directions, and how fine.</summary>
internal sealed class SurfaceOptions
{
    private readonly ModelOptions _model = new("The first so many are chosen from (default 1000), or in parameter space averaged over (default 100); named samples are taken wherever they are.");
    private readonly Option<string> _compare = Options.Text("--compare", "MODEL", "A second model of the same inputs beside the first, such as the baseline's.", null);
    private readonly Option<string[]> _samples = new("--sample") { HelpName = "N", Description = "Number of a sample in the data file, from 0; repeatable (default: those nearest to the boundary)." };
    private readonly Option<int?> _count = Options.Whole("--count", "How many samples nearest to the boundary (default 3); in input space.", 1);
    private readonly Option<string> _space = Choice("--space", "What the plane lies in (default input).", ["input", "parameters"]);
    private readonly Option<string> _x = Choice("--x", "Direction of the columns (default orthogonal; random in parameter space).", Directions.Names);
    private readonly Option<string> _y = Choice("--y", "Direction of the rows (default cw; random in parameter space).", Directions.Names);
    private readonly Option<string> _norm = Choice("--norm", "Norm in which directions have length 1 (default linf); l2 needs --epsilon or --extent.", ["linf", "l2"]);
    private readonly Option<double?> _epsilon = Number("--epsilon", "E", "Radius of the ball to draw and of the attack (default: the policy's greatest in linf).");
    private readonly Option<double?> _extent = Number("--extent", "R", "How far each axis reaches (default 1.5·ε, or 0.3 of the input's range; 1 in parameter space).");
    private readonly Option<int?> _resolution = Options.Whole("--resolution", "Points along each axis, odd (default 101; 41 in parameter space).", 3);
    private readonly Option<string> _attack = Choice("--attack", "Whose way to draw within --epsilon (default cw-linf in linf, pgd in l2).", ["bim", "pgd", "cw-linf", "none"]);
    private readonly Option<bool> _clip = new("--clip") { Description = "Clamp points to valid inputs; the paper's Eq. 1 does not." };
    private readonly Option<string> _device = Options.Device();
    private readonly Option<int?> _threads = Options.Whole("--threads", "Threads of the tensor library (default 1).", 1);
    private readonly Option<int?> _batch = Options.Whole("--batch-size", "Inputs that go through the network together (default 64).", 1);
    private readonly Option<long?> _seed = Options.Whole("--seed", "Root of all randomness (default: the policy's, or 0).", 0L);

    /// <summary>Where the pictures go.</summary>
    public Option<string> Output { get; } = Options.Text("--output", "DIR", "Folder for pictures, tables and the page.", "artifacts/robustness/surface", "-o");

    /// <summary>Puts the options into a command, with what they demand of each other.</summary>
    public void AddTo(Command command)
    {
        _model.AddTo(command);
        foreach (var option in new Option[]
        {
            _compare, _samples, _count, _space, _x, _y, _norm, _epsilon, _extent, _resolution, _attack, _clip, Output, _device, _threads, _batch, _seed,
        })
        {
            command.Add(option);
        }

        _samples.Validators.Add(RefusePositions);
        _resolution.Validators.Add(RefuseResolution);
        command.Validators.Add(RefuseModel);
        command.Validators.Add(RefusePlane);
        command.Validators.Add(RefuseIdle);
    }

    /// <summary>What was asked for, with the defaults of the plane's space.</summary>
    /// <exception cref="MistakeException">RG0002, or what is wrong with the policy.</exception>
    public SurveyRequest Read(ParseResult parsed)
    {
        var given = _model.Read(parsed);
        var where = parsed.GetValue(_space) == "parameters" ? SurfaceSpace.Parameters : SurfaceSpace.Input;
        return new(
            given.Model, parsed.GetValue(_compare) is { } other ? given.Model.WithWeights(Path.GetFullPath(other)) : null, given.Data!,
            Setting(parsed, given, where))
        {
            Space = where,
            Samples = [.. (parsed.GetValue(_samples) ?? []).Select(text => int.Parse(text, CultureInfo.InvariantCulture)).Distinct()],
            MostSamples = _model.MaxSamples(parsed),
            Count = parsed.GetValue(_count) ?? SurfaceDefaults.Count,
            Device = parsed.GetValue(_device) ?? given.Device,
            Threads = parsed.GetValue(_threads) ?? 1,
            BatchSize = parsed.GetValue(_batch) ?? 64,
        };
    }

    private SurfaceSetting Setting(ParseResult parsed, InspectRequest given, SurfaceSpace where)
    {
        var unit = parsed.GetValue(_norm) == "l2" ? Norm.L2 : Norm.Linf;
        var radius = where == SurfaceSpace.Parameters ? null : parsed.GetValue(_epsilon) ?? (unit == Norm.Linf ? given.LargestEpsilon : null);
        if (radius is null && parsed.GetValue(_attack) is { } followed and not "none")
        {
            throw new MistakeException(ExitCode.BadCommandLine, new Finding("RG0002", Severity.Error, null,
                $"--attack {followed} needs --epsilon: {(unit == Norm.Linf ? "nothing else names" : "a policy's greatest radius is taken in linf alone, so nothing names")} the radius within which it is to search."));
        }

        return new(
            parsed.GetValue(_x) is { } across ? Directions.Named(across) : SurfaceDefaults.X(where),
            parsed.GetValue(_y) is { } up ? Directions.Named(up) : SurfaceDefaults.Y(where),
            parsed.GetValue(_extent) ?? SurfaceDefaults.Extent(where, radius, given.Model.Input.Bounds))
        {
            Resolution = parsed.GetValue(_resolution) ?? SurfaceDefaults.Resolution(where),
            Norm = unit,
            Epsilon = radius,
            Attack = Whose(parsed.GetValue(_attack) ?? SurfaceDefaults.Attack(unit)),
            Clip = parsed.GetValue(_clip),
            Seed = parsed.GetValue(_seed) ?? given.Seed,
        };
    }

    private static void RefusePositions(OptionResult result)
    {
        foreach (var token in result.Tokens.Where(token => !int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            result.AddError($"--sample must be a whole number of at least 0, not '{token.Value}'.");
        }
    }

    private static void RefuseResolution(OptionResult result)
    {
        if (result.Tokens is [var token] && int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var points) && (points % 2 == 0 || points > SurfaceSetting.MostResolution))
        {
            result.AddError(FormattableString.Invariant($"--resolution must be odd, so that the sample is a point of the grid, and at most {SurfaceSetting.MostResolution}, not {points}."));
        }
    }

    private void RefuseModel(CommandResult result)
    {
        if (!_model.HasData(result))
        {
            result.AddError("surface needs samples: give --images, or --policy.");
        }
    }

    private void RefusePlane(CommandResult result)
    {
        var where = Space(result);
        var (x, y) = (Word(result, _x), Word(result, _y));
        var (first, second) = (x ?? SurfaceDefaults.X(where).Name(), y ?? SurfaceDefaults.Y(where).Name());
        if (first == second && first != "random")
        {
            result.AddError($"--x and --y are both {first}{(x is null || y is null ? ", one of them by default" : "")}: one direction twice spans no plane.");
        }

        if (Word(result, _norm) == "l2" && Word(result, _attack) is "bim" or "cw-linf")
        {
            result.AddError($"--attack {Word(result, _attack)} is an attack in linf; in l2 there is pgd.");
        }
    }

    /// <summary>What would say nothing is a mistake: whoever gives it expects something of it.</summary>
    private void RefuseIdle(CommandResult result)
    {
        bool Given(Option option) => result.GetResult(option) is { Implicit: false };
        if (Space(result) == SurfaceSpace.Parameters)
        {
            foreach (var option in new Option[] { _norm, _epsilon, _attack, _clip }.Where(Given))
            {
                result.AddError($"{option.Name} says nothing with --space parameters: it is about inputs, and the plane lies in the weights.");
            }

            if (Given(_count))
            {
                result.AddError("--count says nothing with --space parameters, where there is one plane; how many samples it averages over is --max-samples.");
            }
        }
        else if (Word(result, _norm) == "l2" && !Given(_epsilon) && !Given(_extent))
        {
            result.AddError("--norm l2 needs --epsilon, or --extent for a plane without a ball: the default reach is meant for linf, and as an l2 distance it would be next to nothing.");
        }

        if (Given(_samples) && Given(_count))
        {
            result.AddError("--count says nothing with --sample, which names the samples.");
        }
    }

    private SurfaceSpace Space(CommandResult result) => Word(result, _space) == "parameters" ? SurfaceSpace.Parameters : SurfaceSpace.Input;

    /// <summary>A value as it was given; one that is refused has none to be asked for.</summary>
    private static string? Word(CommandResult result, Option<string> option) => result.GetResult(option)?.Tokens is [var token, ..] ? token.Value : null;

    private static Attack? Whose(string name) => AttackCatalog.All.FirstOrDefault(attack => attack.Name == name);

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
