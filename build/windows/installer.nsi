; The installer for one user or for all users of a computer, silent with /S. Its options are described in build/README.md.
; package.sh defines PRODUCT, COMPANY, VERSION, COPYRIGHT, OUT, TARGET, and SIGN where the uninstaller is signed.
Unicode true
Target ${TARGET}
SetCompressor /SOLID lzma
SetDateSave off

!define APP fs-client-portal.exe
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\FS Client Portal"
!define INSTALLER_KEY "Software\FS\ClientPortal"
!define POLICY_KEY "Software\Policies\FS\ClientPortal"
!define LINK_KEY "Software\Classes\fsportal"
!define WEBVIEW_KEY "Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"

; Exit codes of a silent installation.
!define NO_WEBVIEW 66
!define APP_RUNNING 67
!define NEWER_INSTALLED 68
!define NEEDS_ALL_USERS 69
!define BAD_API_URL 70

!define MULTIUSER_EXECUTIONLEVEL Highest
!define MULTIUSER_MUI
!define MULTIUSER_INSTALLMODE_COMMANDLINE
!define MULTIUSER_USE_PROGRAMFILES64
!define MULTIUSER_INSTALLMODE_INSTDIR "FS\Client Portal"
!define MULTIUSER_INSTALLMODE_INSTDIR_REGISTRY_KEY "${INSTALLER_KEY}"
!define MULTIUSER_INSTALLMODE_INSTDIR_REGISTRY_VALUENAME InstallDir
!define MULTIUSER_INSTALLMODE_DEFAULT_REGISTRY_KEY "${INSTALLER_KEY}"
!define MULTIUSER_INSTALLMODE_DEFAULT_REGISTRY_VALUENAME InstallDir
!include MultiUser.nsh
!include MUI2.nsh
!include FileFunc.nsh
!include WordFunc.nsh
!include LogicLib.nsh
!include x64.nsh

Name "${PRODUCT}"
OutFile "${OUT}"
BrandingText "${PRODUCT} ${VERSION}"
ManifestDPIAware true
ManifestSupportedOS all
ShowInstDetails show

VIProductVersion "${VERSION}.0"
VIFileVersion "${VERSION}.0"
VIAddVersionKey CompanyName "${COMPANY}"
VIAddVersionKey FileDescription "${PRODUCT} Installer"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey LegalCopyright "${COPYRIGHT}"
VIAddVersionKey ProductName "${PRODUCT}"

!define MUI_ICON icon.ico
!define MUI_UNICON icon.ico
!define MUI_ABORTWARNING
!insertmacro MULTIUSER_PAGE_INSTALLMODE
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_RUN "$INSTDIR\${APP}"
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE English
!insertmacro MUI_LANGUAGE German

LangString NewerInstalled ${LANG_ENGLISH} "A newer version of ${PRODUCT} is installed. Remove it first, or keep it."
LangString NewerInstalled ${LANG_GERMAN} "Eine neuere Version von ${PRODUCT} ist installiert. Entfernen Sie diese zuerst, oder behalten Sie sie."
LangString AppRunning ${LANG_ENGLISH} "${PRODUCT} is still running. Close it, then choose Retry."
LangString AppRunning ${LANG_GERMAN} "${PRODUCT} läuft noch. Schließen Sie das Programm, und wählen Sie dann Wiederholen."
LangString NoWebView ${LANG_ENGLISH} "Microsoft Edge WebView2 Runtime is missing on this computer, and ${PRODUCT} needs it. Put its standalone installer (MicrosoftEdgeWebView2RuntimeInstaller*.exe) beside this installer, or install it from Microsoft. Install ${PRODUCT} anyway?"
LangString NoWebView ${LANG_GERMAN} "Auf diesem Computer fehlt die Microsoft Edge WebView2 Runtime, die ${PRODUCT} braucht. Legen Sie ihr eigenständiges Installationsprogramm (MicrosoftEdgeWebView2RuntimeInstaller*.exe) neben dieses, oder installieren Sie sie von Microsoft. ${PRODUCT} trotzdem installieren?"
LangString NeedsAllUsers ${LANG_ENGLISH} "The option /APIURL needs an installation for all users (/AllUsers), as an administrator."
LangString NeedsAllUsers ${LANG_GERMAN} "Die Option /APIURL verlangt eine Installation für alle Benutzer (/AllUsers) als Administrator."

LangString BadApiUrl ${LANG_ENGLISH} "/APIURL is the portal's address and begins with https://, such as /APIURL=https://portal.example.com."
LangString BadApiUrl ${LANG_GERMAN} "/APIURL ist die Adresse des Portals und beginnt mit https://, zum Beispiel /APIURL=https://portal.example.com."

Var ApiUrl
Var DesktopShortcut

!macro Refuse MESSAGE CODE
  MessageBox MB_OK|MB_ICONSTOP "${MESSAGE}" /SD IDOK
  SetErrorLevel ${CODE}
  Quit
!macroend

; CloseApp asks a running app to close, as a click on its close button does, and waits up to 15 seconds.
!macro CloseApp UN
Function ${UN}CloseApp
  ${Do}
    StrCpy $R1 0
    ${DoWhile} $R1 < 30
      ClearErrors
      ${IfNot} ${FileExists} "$INSTDIR\${APP}"
        Return
      ${EndIf}
      FileOpen $R0 "$INSTDIR\${APP}" a
      ${IfNot} ${Errors}
        FileClose $R0
        Return
      ${EndIf}
      ${If} $R1 = 0
        nsExec::Exec '"$SYSDIR\taskkill.exe" /IM ${APP}'
        Pop $R0
      ${EndIf}
      Sleep 500
      IntOp $R1 $R1 + 1
    ${Loop}
  ${LoopWhile} ${Cmd} `MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(AppRunning)" /SD IDCANCEL IDRETRY`
  SetErrorLevel ${APP_RUNNING}
  Quit
FunctionEnd
!macroend
!insertmacro CloseApp ""
!insertmacro CloseApp "un."

; HasWebView sets the error flag if no version of the runtime is installed for the computer or the user.
Function HasWebView
  SetRegView 32
  ReadRegStr $R0 HKLM "Software\${WEBVIEW_KEY}" pv
  SetRegView 64
  ${If} $R0 == ""
    ReadRegStr $R0 HKCU "Software\${WEBVIEW_KEY}" pv
  ${EndIf}
  ClearErrors
  ${If} $R0 == ""
  ${OrIf} $R0 == "0.0.0.0"
    SetErrors
  ${EndIf}
FunctionEnd

Function CheckWebView
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/NoWebView2Check" $R1
  ${IfNot} ${Errors}
    Return
  ${EndIf}
  Call HasWebView
  ${IfNot} ${Errors}
    Return
  ${EndIf}
  FindFirst $R0 $R1 "$EXEDIR\MicrosoftEdgeWebView2RuntimeInstaller*.exe"
  FindClose $R0
  ${If} $R1 != ""
    DetailPrint "Microsoft Edge WebView2 Runtime"
    ExecWait '"$EXEDIR\$R1" /silent /install' $R0
    Call HasWebView
    ${IfNot} ${Errors}
      Return
    ${EndIf}
  ${EndIf}
  ${If} ${Cmd} `MessageBox MB_YESNO|MB_ICONEXCLAMATION "$(NoWebView)" /SD IDNO IDYES`
    Return
  ${EndIf}
  SetErrorLevel ${NO_WEBVIEW}
  Quit
FunctionEnd

Function .onInit
  SetRegView 64
  !insertmacro MULTIUSER_INIT
  ; A blank separates the options here, since an address contains slashes.
  ${GetParameters} $R0
  ${GetOptions} " $R0" " /APIURL=" $ApiUrl
  ${GetOptions} " $R0" " /DESKTOPSHORTCUT=" $DesktopShortcut
  StrCpy $R1 $ApiUrl 8
  ${If} $ApiUrl != ""
  ${AndIf} $R1 != "https://"
    !insertmacro Refuse "$(BadApiUrl)" ${BAD_API_URL}
  ${EndIf}
  ${If} $ApiUrl != ""
  ${AndIf} $MultiUser.InstallMode != "AllUsers"
    !insertmacro Refuse "$(NeedsAllUsers)" ${NEEDS_ALL_USERS}
  ${EndIf}
  ReadRegStr $R0 SHCTX "${UNINSTALL_KEY}" DisplayVersion
  ${If} $R0 != ""
    ${VersionCompare} $R0 ${VERSION} $R1
    ${If} $R1 = 1
      !insertmacro Refuse "$(NewerInstalled)" ${NEWER_INSTALLED}
    ${EndIf}
  ${EndIf}
FunctionEnd

Function un.onInit
  SetRegView 64
  !insertmacro MULTIUSER_UNINIT
FunctionEnd

Section
  Call CheckWebView
  Call CloseApp
  SetOutPath $INSTDIR
  File "${APP}"
  File THIRD_PARTY_NOTICES.txt
  WriteUninstaller "$INSTDIR\uninstall.exe"

  CreateShortcut "$SMPROGRAMS\${PRODUCT}.lnk" "$INSTDIR\${APP}"
  ${If} $DesktopShortcut == 1
    CreateShortcut "$DESKTOP\${PRODUCT}.lnk" "$INSTDIR\${APP}"
  ${EndIf}

  WriteRegStr SHCTX "${LINK_KEY}" "" "URL:${PRODUCT}"
  WriteRegStr SHCTX "${LINK_KEY}" "URL Protocol" ""
  WriteRegStr SHCTX "${LINK_KEY}\DefaultIcon" "" "$INSTDIR\${APP},0"
  WriteRegStr SHCTX "${LINK_KEY}\shell\open\command" "" '"$INSTDIR\${APP}" "%1"'

  WriteRegStr SHCTX "${INSTALLER_KEY}" InstallDir "$INSTDIR"
  ${If} $ApiUrl != ""
    WriteRegStr HKLM "${POLICY_KEY}" ApiUrl "$ApiUrl"
    WriteRegStr HKLM "${INSTALLER_KEY}" ApiUrl "$ApiUrl"
  ${EndIf}

  WriteRegStr SHCTX "${UNINSTALL_KEY}" DisplayName "${PRODUCT}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" DisplayVersion "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" Publisher "${COMPANY}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" DisplayIcon "$INSTDIR\${APP}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" InstallLocation "$INSTDIR"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" UninstallString '"$INSTDIR\uninstall.exe" /$MultiUser.InstallMode'
  WriteRegStr SHCTX "${UNINSTALL_KEY}" QuietUninstallString '"$INSTDIR\uninstall.exe" /S /$MultiUser.InstallMode'
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" NoModify 1
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" NoRepair 1
  ${GetSize} "$INSTDIR" "/S=0K" $R0 $R1 $R2
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" EstimatedSize $R0
SectionEnd

; The uninstaller removes what the installer wrote, and folders only if nothing else is in them.
Section Uninstall
  Call un.CloseApp
  Delete "$INSTDIR\${APP}"
  Delete "$INSTDIR\THIRD_PARTY_NOTICES.txt"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  ${un.GetParent} "$INSTDIR" $R0
  RMDir "$R0"
  Delete "$SMPROGRAMS\${PRODUCT}.lnk"
  Delete "$DESKTOP\${PRODUCT}.lnk"

  ReadRegStr $R0 SHCTX "${LINK_KEY}\shell\open\command" ""
  ${If} $R0 == '"$INSTDIR\${APP}" "%1"'
    DeleteRegKey SHCTX "${LINK_KEY}"
  ${EndIf}
  ReadRegStr $R0 HKLM "${INSTALLER_KEY}" ApiUrl
  ${If} $R0 != ""
  ${AndIf} $MultiUser.InstallMode == "AllUsers"
    DeleteRegValue HKLM "${POLICY_KEY}" ApiUrl
    DeleteRegKey /ifempty HKLM "${POLICY_KEY}"
    DeleteRegKey /ifempty HKLM "Software\Policies\FS"
    DeleteRegValue HKLM "${INSTALLER_KEY}" ApiUrl
  ${EndIf}
  DeleteRegValue SHCTX "${INSTALLER_KEY}" InstallDir
  DeleteRegKey /ifempty SHCTX "${INSTALLER_KEY}"
  DeleteRegKey /ifempty SHCTX "Software\FS"
  DeleteRegKey SHCTX "${UNINSTALL_KEY}"
SectionEnd

!ifdef SIGN
  !uninstfinalize '${SIGN} "%1"' = 0
!endif
