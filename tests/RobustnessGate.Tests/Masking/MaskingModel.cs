namespace RobustnessGate.Tests.Masking;

/// <summary>A model around the quick start's networks, with the truth beside it.</summary>
/// <param name="Name">In kebab case.</param>
/// <param name="Masked">
/// Whether attacks on it count more than is true, or other answers are judged than a deployment would get. Where it is false
/// the model is honest, and nothing may be said against it.
/// </param>
/// <param name="Truth">What is known of it beforehand.</param>
/// <param name="File">Name of the model file; its ending tells the format.</param>
/// <param name="Bytes">Makes the file.</param>
internal sealed record MaskingModel(string Name, bool Masked, string Truth, string File, Func<byte[]> Bytes)
{
    public override string ToString() => Name;

    /// <summary>The model file in a folder of its own.</summary>
    public string WriteTo(string folder)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, Name)).FullName, File);
        System.IO.File.WriteAllBytes(path, Bytes());
        return path;
    }

    public static IEnumerable<MaskingModel> All => ScriptModels.All.Concat(OnnxModels.All);
}
