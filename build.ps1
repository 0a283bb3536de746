# Compiles the build when its sources changed, then runs it: arguments and exit code are the program's own.
# build.sh does the same; whoever changes one changes both. For Windows PowerShell 5.1 and PowerShell 7.
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 2

$self = $PSCommandPath
while ($target = @((Get-Item -LiteralPath $self).Target) | Where-Object { $_ } | Select-Object -First 1) {
    $self = [IO.Path]::GetFullPath([IO.Path]::Combine([IO.Path]::GetDirectoryName($self), $target))
}
$root = [IO.Path]::GetDirectoryName($self)

# The official packages are another program: they share nothing with the default one.
$flavour = 'pipeline'
if ("$env:OfficialPackages$env:OfficialNuke$env:OfficialCloudFront") {
    $flavour = "pipeline-official-$env:OfficialPackages-$env:OfficialNuke-$env:OfficialCloudFront"
}
$builds = [IO.Path]::Combine($root, '.nuke', 'temp', $flavour)
$lock = Join-Path $builds 'lock'

$sources = 'build', 'src/Pipeline', 'src/Pipeline.Sandbox', 'src/StandIns', 'global.json', 'Directory.Build.props', 'Directory.Packages.props', '.editorconfig' |
    ForEach-Object { Join-Path $root $_ } | Where-Object { $_ -notlike '*Pipeline.Sandbox' -or (Test-Path -LiteralPath $_) }

function Say([string] $sentence) { [Console]::Error.WriteLine($sentence) }

# Ends the script from any depth; the message is printed without a stack trace.
class UsageFault : Exception { UsageFault([string] $message) : base($message) { } }

function Get-WantedSdk {
    $global = [IO.File]::ReadAllText((Join-Path $root 'global.json'))
    if ($global -match '"version": *"([^"]*)"') { $Matches[1] }
}

function Find-Dotnet {
    $name = 'dotnet'
    if ([Environment]::OSVersion.Platform -eq 'Win32NT') { $name = 'dotnet.exe' }
    $found = Get-Command $name -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
    if ($found) { return $found.Path }
    foreach ($folder in @($env:DOTNET_ROOT, [IO.Path]::Combine([Environment]::GetFolderPath('UserProfile'), '.dotnet')) | Where-Object { $_ }) {
        $candidate = Join-Path $folder $name
        if (Test-Path -LiteralPath $candidate -PathType Leaf) { return $candidate }
    }
    throw [UsageFault]::new("'dotnet' was not found on PATH, in DOTNET_ROOT or in ~/.dotnet. Install the .NET SDK $(Get-WantedSdk) or newer: https://dotnet.microsoft.com/download")
}

function Get-CurrentBuild {
    $file = Join-Path $builds 'current'
    if (Test-Path -LiteralPath $file) { [IO.File]::ReadAllText($file).Trim() } else { '' }
}

function Get-Program([string] $build) { [IO.Path]::Combine($builds, $build, '_build.dll') }

# Stops at the first newer one. Folders count too: a deletion changes nothing else.
function Test-Fresh([string] $build) {
    if (-not $build -or -not (Test-Path -LiteralPath (Get-Program $build))) { return $false }
    $since = [IO.File]::GetLastWriteTimeUtc([IO.Path]::Combine($builds, $build, 'stamp'))
    $open = New-Object 'Collections.Generic.Stack[string]'
    foreach ($source in $sources) { $open.Push($source) }
    while ($open.Count -gt 0) {
        $path = $open.Pop()
        if (-not [IO.Directory]::Exists($path)) {
            if (-not [IO.File]::Exists($path) -or [IO.File]::GetLastWriteTimeUtc($path) -gt $since) { return $false }
            continue
        }
        if ([IO.Directory]::GetLastWriteTimeUtc($path) -gt $since) { return $false }
        foreach ($entry in [IO.Directory]::GetFileSystemEntries($path)) {
            if (@('bin', 'obj', 'node_modules') -notcontains [IO.Path]::GetFileName($entry)) { $open.Push($entry) }
        }
    }
    return $true
}

# Runs at once compile one after the other: they share the folders of intermediate files.
function Enter-Lock {
    for ($waited = 0; ; $waited++) {
        try {
            $file = [IO.File]::Open($lock, 'CreateNew', 'Write', 'Read')
            $text = [Text.Encoding]::ASCII.GetBytes("$PID`n")
            $file.Write($text, 0, $text.Length)
            $file.Dispose()
            return
        }
        catch [IO.IOException] {
            $owner = "$(Get-Content -LiteralPath $lock -ErrorAction SilentlyContinue)".Trim()
            if ($owner -and -not (Get-Process -Id $owner -ErrorAction SilentlyContinue)) {
                Remove-Item -LiteralPath $lock -Force -ErrorAction SilentlyContinue
                continue
            }
            if ($waited -eq 2) { Say "Waiting for another run that compiles the build (process $owner) ..." }
            if ($waited -ge 900) { throw [UsageFault]::new("process $owner has compiled the build for 15 minutes. If it does not, delete '$lock'.") }
            Start-Sleep -Seconds 1
        }
    }
}

function Set-CurrentBuild([string] $build) {
    $current = Join-Path $builds 'current'
    $next = "$current.$PID"
    [IO.File]::WriteAllText($next, "$build`n")
    if ([IO.File]::Exists($current)) { [IO.File]::Replace($next, $current, [NullString]::Value) } else { [IO.File]::Move($next, $current) }
}

# The new one stays, the one before it, and whatever a run that began today may still use.
function Remove-OldBuild([string[]] $kept) {
    Get-ChildItem -LiteralPath $builds | Where-Object { $_.LastWriteTimeUtc -lt [DateTime]::UtcNow.AddDays(-1) -and @('current', 'lock') + $kept -notcontains $_.Name } |
        Remove-Item -Recurse -Force -ErrorAction SilentlyContinue
}

function Invoke-Compiler([string] $dotnet, [string] $output, [string] $log) {
    $start = New-Object Diagnostics.ProcessStartInfo $dotnet
    $start.Arguments = "build `"$([IO.Path]::Combine($root, 'build', '_build.csproj'))`" --configuration Release --output `"$output`" -nologo -v:q -nodeReuse:false -p:UseSharedCompilation=false -p:RunAnalyzers=false"
    $start.UseShellExecute = $false
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $start.WorkingDirectory = $root
    $start.EnvironmentVariables['DOTNET_NOLOGO'] = '1'
    $start.EnvironmentVariables['DOTNET_CLI_TELEMETRY_OPTOUT'] = '1'
    $compiler = [Diagnostics.Process]::Start($start)
    try {
        $texts = $compiler.StandardOutput.ReadToEndAsync(), $compiler.StandardError.ReadToEndAsync()
        # In short waits, between which Ctrl-C is heard.
        while (-not $compiler.WaitForExit(200)) { }
        [IO.File]::WriteAllText($log, $texts[0].Result + $texts[1].Result)
        # A compiler that was told to end may end well and have made nothing.
        return $compiler.ExitCode -eq 0 -and [IO.File]::Exists((Join-Path $output '_build.dll'))
    }
    finally {
        if (-not $compiler.HasExited) { $compiler.Kill() }
    }
}

# In an incident nobody waits for a build to be repaired.
function Use-LastGoodBuild([string] $dotnet, [string] $build, [string] $log, [string[]] $arguments) {
    $asked = $arguments | Where-Object { @('rollback', 'status', 'history', 'diagnose', 'incidentreport', 'unlock') -contains $_ }
    if ($asked -and $build -and (Test-Path -LiteralPath (Get-Program $build))) {
        Say "Warning: the build cannot be compiled (see '$log'); running the last good one, $build."
        return $build
    }
    $lines = [IO.File]::ReadAllLines($log)
    if ($lines -match 'compatible \.NET SDK|No \.NET SDKs') {
        throw [UsageFault]::new("'$dotnet' has no .NET SDK $(Get-WantedSdk) or newer, which global.json asks for. Install it: https://dotnet.microsoft.com/download")
    }
    # The compiler says everything twice, and the project behind each line.
    $errors = @($lines | Where-Object { $_ -match 'error [A-Z]+[0-9]+:' } | ForEach-Object { $_.Trim().Replace($root + [IO.Path]::DirectorySeparatorChar, '') -replace ' \[[^\]]*\]$', '' } | Select-Object -Unique -First 20)
    if ($errors.Count -eq 0) { $errors = $lines }
    foreach ($line in $errors) { Say $line }
    throw [UsageFault]::new("the build does not compile. Everything the compiler said is in '$log'.")
}

function New-Build([string] $dotnet, [string[]] $arguments) {
    $last = Get-CurrentBuild
    # While this run waited, another may have done its work.
    if (Test-Fresh $last) { return $last }
    $next = "$([DateTime]::UtcNow.ToString('yyyyMMddTHHmmssZ'))-$PID"
    $folder = Join-Path $builds $next
    $log = "$folder.log"
    $done = $false
    try {
        [void] [IO.Directory]::CreateDirectory($folder)
        # A folder that the compiler makes is no edit of the folder that holds it.
        foreach ($project in $sources | Where-Object { [IO.Directory]::Exists($_) } | ForEach-Object { [IO.Directory]::GetFiles($_, '*.csproj', 'AllDirectories') }) {
            foreach ($name in 'bin', 'obj') { [void] [IO.Directory]::CreateDirectory([IO.Path]::Combine([IO.Path]::GetDirectoryName($project), $name)) }
        }
        # What is edited from here on is newer than this build.
        [IO.File]::WriteAllText((Join-Path $folder 'stamp'), '')
        Say 'Compiling the build ...'
        $done = Invoke-Compiler $dotnet $folder $log
        if (-not $done) { return Use-LastGoodBuild $dotnet $last $log $arguments }
        Set-CurrentBuild $next
        Remove-Item -LiteralPath $log -Force
        Remove-OldBuild $next, $last
        return $next
    }
    finally {
        if (-not $done) { Remove-Item -LiteralPath $folder -Recurse -Force -ErrorAction SilentlyContinue }
    }
}

function Get-FreshBuild([string] $dotnet, [string[]] $arguments) {
    $current = Get-CurrentBuild
    if (Test-Fresh $current) { return $current }
    [void] [IO.Directory]::CreateDirectory($builds)
    Enter-Lock
    try { New-Build $dotnet $arguments } finally { Remove-Item -LiteralPath $lock -Force }
}

# Before PowerShell 7.3 a native command loses empty arguments and quotes.
function Get-NativeArgument([object[]] $arguments) {
    $passing = Get-Variable PSNativeCommandArgumentPassing -ValueOnly -ErrorAction SilentlyContinue
    foreach ($argument in $arguments) {
        $text = "$argument"
        if (-not $passing -or "$passing" -eq 'Legacy') {
            $text = $text -replace '(\\*)"', '$1$1\"'
            if ($text -match '\s') { $text = $text -replace '(\\+)$', '$1$1' }
            if (-not $text) { $text = '""' }
        }
        $text
    }
}

# This session's variables stay as they were.
$before = $env:NUKE_ROOT, $env:NUKE_PROFILE
try {
    $dotnet = Find-Dotnet
    $program = Get-Program (Get-FreshBuild $dotnet $args)
    $env:NUKE_ROOT = $root
    if ($env:PIPELINE_PROFILE) { $env:NUKE_PROFILE = $env:PIPELINE_PROFILE }
    $native = @(Get-NativeArgument $args)
    & $dotnet $program @native
    exit $LASTEXITCODE
}
catch [UsageFault] {
    Say "Error: $($_.Exception.Message)"
    exit 2
}
finally {
    $env:NUKE_ROOT, $env:NUKE_PROFILE = $before
}
