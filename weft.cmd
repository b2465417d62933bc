@echo off
rem Starts Weft on Windows: builds what is not built yet, and runs it with the flags that it needs. See ./weft.
rem
rem   WEFT_JAVA_HOME   the JDK to use, 25 or later (then JAVA_HOME)
rem   WEFT_JAVA_OPTS   further options for java, such as -Xmx4g
setlocal enableextensions
set "root=%~dp0"
set "app=%root%cli\target\app"
set "bench=%root%benchmarks\target\app"

if defined WEFT_JAVA_HOME set "JAVA_HOME=%WEFT_JAVA_HOME%"
if not defined JAVA_HOME (
    echo weft: set WEFT_JAVA_HOME or JAVA_HOME to a JDK 25 or later 1>&2
    exit /b 2
)
if not exist "%JAVA_HOME%\bin\java.exe" (
    echo weft: there is no bin\java.exe in "%JAVA_HOME%": set WEFT_JAVA_HOME to a JDK 25 or later 1>&2
    exit /b 2
)

if /i "%~1"=="bench" goto bench

if not exist "%app%\.built" (
    call :build cli "%app%"
    if errorlevel 1 exit /b 2
)
rem On the class path, and kernels compiled early: see ./weft.
"%JAVA_HOME%\bin\java.exe" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED ^
    -Djava.awt.headless=true -XX:CompileCommand=quiet ^
    "-XX:CompileCommand=CompileThresholdScaling,dev.weft.cpu.*::*,0.05" %WEFT_JAVA_OPTS% ^
    -cp "%app%\*" dev.weft.cli.Main %*
exit /b %errorlevel%

:bench
if not exist "%bench%\.built" (
    call :build benchmarks "%bench%"
    if errorlevel 1 exit /b 2
)
rem Without the word bench.
set "rest="
for /f "tokens=1,*" %%a in ("%*") do set "rest=%%b"
"%JAVA_HOME%\bin\java.exe" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED ^
    --sun-misc-unsafe-memory-access=allow -Xmn32m %WEFT_JAVA_OPTS% -cp "%bench%\*" dev.weft.benchmarks.Bench %rest%
exit /b %errorlevel%

rem Builds module %1 once, whose libraries go to %2. After a change: delete the file .built there.
:build
echo weft: building (once; about a minute, plus downloads) ... 1>&2
pushd "%root%"
call mvnw.cmd -B -q -Dmaven.test.skip=true -Dwarnings.fail=false -pl %1 -am package 1>&2
set "code=%errorlevel%"
popd
if not "%code%"=="0" (
    echo weft: the build failed 1>&2
    exit /b 2
)
type nul >"%~2\.built"
exit /b 0
