@rem Beside params\ and monthly.py, in the store's folder. SMTP_HOST and the like are variables of the account (setx).
@chcp 65001 >nul
@cd /d "%~dp0"
@set PYTHONUTF8=1
@python monthly.py --alert it@dealer.example >>monthly.log 2>&1
@exit /b %ERRORLEVEL%
