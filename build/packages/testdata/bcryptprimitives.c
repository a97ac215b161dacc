/* Go's programs need this library of Windows, which wine has from 8.13 on; Debian 12 has 8.0. */
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) { return RtlGenRandom(data, (ULONG)size); }
