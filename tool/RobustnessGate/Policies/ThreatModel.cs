using System.Globalization;

namespace RobustnessGate.Policies;
